/** A type as JSON has it: what is optional is absent, never `undefined`. */
export type AsJson<T> = T extends readonly (infer Element)[]
  ? AsJson<Element>[]
  : T extends object
    ? { [Key in keyof T]: AsJson<Exclude<T[Key], undefined>> }
    : T;

/** `Of`, where `T` has no field that it does not have; else nothing that could be satisfied. */
export type KnownTo<T, Of> = Exclude<keyof T, keyof Of> extends never ? Of : never;

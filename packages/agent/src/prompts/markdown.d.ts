/** A prompt is a text file; the bundler and the test runner give its text. */
declare module '*.md' {
  const text: string;
  export default text;
}

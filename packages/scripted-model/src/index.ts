export { startScriptedModel } from './start-scripted-model.ts';
export type { ScriptedModel, ScriptedModelOptions } from './start-scripted-model.ts';

import fc from 'fast-check';
import { propertySeed } from './config.ts';

/*
 * Set up before every test file: properties try the same values in every run, so that a failure is the change's and can
 * be seen again. What fails names its seed; `DRYDOCK_PROPERTY_SEED=random` tries others.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: propertySeed() });

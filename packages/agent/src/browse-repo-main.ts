import { RepoQuery } from '@drydock/contracts';
import { answerQuery } from './repo-browser/answer-query.ts';
import { answerOnce } from './tool-programs/answer-once.ts';

await answerOnce(RepoQuery, answerQuery);

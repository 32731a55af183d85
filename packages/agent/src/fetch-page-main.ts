import { PageQuery } from '@drydock/contracts';
import { answerOnce } from './tool-programs/answer-once.ts';
import { fetchPage } from './web/fetch-page.ts';

await answerOnce(PageQuery, fetchPage);

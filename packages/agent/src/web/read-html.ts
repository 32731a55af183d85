import { compile, type FormatCallback } from 'html-to-text';

interface ReadableHtml {
  readonly title: string;
  readonly text: string;
  readonly links: string[];
}

const MAX_LINKS = 200;
const MAX_URL_CHARS = 300;
/** Hostile pages are deep or broad: what is beyond is left out. */
const LIMITS = { maxInputLength: 2 << 20, maxDepth: 200, maxChildNodes: 20_000, ellipsis: '…' };

/** HTML as text: headings, lists and tables keep their form, links become `[n]`, scripts and styles are gone. */
export function readHtml(html: string, base: URL): ReadableHtml {
  const links: string[] = [];
  const numberLink: FormatCallback = (element, walk, builder) => {
    walk(element.children, builder);
    const { href } = element.attribs as Readonly<Record<string, string | undefined>>;
    const number = takeLink(links, href, base);
    if (number !== undefined) builder.addInline(` [${number}]`, { noWordTransform: true });
  };
  const convert = compile({
    wordwrap: false,
    limits: LIMITS,
    formatters: { numberLink },
    selectors: [
      { selector: 'a', format: 'numberLink' },
      ...['img', 'script', 'style', 'noscript', 'template', 'svg'].map((selector) => ({
        selector,
        format: 'skip',
      })),
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
      { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
    ],
  });
  return { title: readTitle(html), text: convert(html), links };
}

/** The number of a link; equal ones share it. Undefined for what leads to no page. */
function takeLink(links: string[], href: string | undefined, base: URL): number | undefined {
  const target = href === undefined || href.startsWith('#') ? null : URL.parse(href, base.href);
  if (target === null || !/^https?:$/.test(target.protocol) || target.href.length > MAX_URL_CHARS)
    return undefined;
  target.hash = '';
  const known = links.indexOf(target.href);
  if (known !== -1) return known + 1;
  if (links.length >= MAX_LINKS) return undefined;
  links.push(target.href);
  return links.length;
}

function readTitle(html: string): string {
  const title = /<title[^>]{0,200}>([^<]{0,1000})/i.exec(html)?.[1] ?? '';
  return title.replace(/\s+/g, ' ').trim().slice(0, 300).toWellFormed();
}

// The paper of a bill: found in the bill as its reader may see it, and never fetched from anywhere but the provider's own APIs.
import { Readable } from 'node:stream';
import { holds } from '../../schema/access.ts';
import { clientError } from '../../schema/errors.ts';
import { encodeId } from '../../schema/id.ts';
import type { OpenedFile } from '../../schema/ports.ts';
import { backEndId, entityOf, type Item } from '../item.ts';
import type { Objects } from '../objects.ts';
import { asList, asText, at } from '../tmf/read.ts';

/** An inline document is base64 in the bill itself: larger ones have an address. */
const MAX_INLINE_CHARACTERS = 8 * 1024 * 1024;
/** What a browser may be told that it is; everything else is bytes. */
const TYPES = new Set([
  'application/pdf',
  'application/xml',
  'text/csv',
  'text/plain',
  'image/png',
  'image/jpeg',
]);

interface Named {
  readonly provider: string;
  readonly id: string;
}

const keyOf = (document: unknown, index: number): string => asText(at(document, 'id')) ?? `#${index}`;

/** Relative to the gateway's own address, so that it is right behind any proxy. */
export function downloadUrl(document: Item): string {
  const bill = entityOf(document);
  const index = asList(bill.raw.billDocument).indexOf(document.raw);
  const id = [backEndId(bill), keyOf(document.raw, index)].map(encodeURIComponent).join('/');
  return `/documents/${encodeId(bill.provider, 'BillDocument', id)}`;
}

function partsOf(id: string): readonly [string, string] | undefined {
  const [bill, document, ...rest] = id.split('/');
  if (bill === undefined || document === undefined || rest.length > 0) return undefined;
  try {
    return [decodeURIComponent(bill), decodeURIComponent(document)];
  } catch {
    return undefined;
  }
}

function described(raw: unknown, mimeType: string | undefined): Pick<OpenedFile, 'name' | 'mimeType'> {
  const type = (asText(at(raw, 'mimeType')) ?? mimeType ?? '').toLowerCase().split(';')[0]?.trim() ?? '';
  const name = asText(at(raw, 'name')) ?? asText(at(raw, 'id')) ?? 'document';
  return {
    name: type === 'application/pdf' && !/\.pdf$/i.test(name) ? `${name}.pdf` : name,
    mimeType: TYPES.has(type) ? type : 'application/octet-stream',
  };
}

function inline(raw: unknown): OpenedFile | undefined {
  const content = at(raw, 'content');
  if (typeof content !== 'string' || content === '') return undefined;
  if (content.length > MAX_INLINE_CHARACTERS) throw clientError('BACKEND_BAD_ANSWER');
  const bytes = Buffer.from(content, 'base64');
  return { ...described(raw, undefined), bytes: bytes.byteLength, body: Readable.from([bytes]) };
}

async function fetched(raw: unknown, provider: string, objects: Objects): Promise<OpenedFile | undefined> {
  const address = asText(at(raw, 'url'));
  if (address === undefined) return undefined;
  const opened = await objects.systems.client.document(provider, address, objects.operation);
  if (opened === undefined) return undefined;
  const { body, bytes, mimeType } = opened;
  return { ...described(raw, mimeType), ...(bytes === undefined ? {} : { bytes }), body };
}

/** Bills that only refer to a document of the provider's document store (TMF667). */
async function stored(raw: unknown, provider: string, objects: Objects): Promise<OpenedFile | undefined> {
  const { client } = objects.systems;
  const id = asText(at(raw, 'id'));
  if (id === undefined || !client.providersOf('TMF667').includes(provider)) return undefined;
  const source = { provider, api: 'TMF667', resource: 'document' } as const;
  const document = await client.one(source, id, { fields: ['attachment'] }, objects.operation);
  const [attachment] = asList(document?.attachment);
  return inline(attachment) ?? (await fetched(attachment, provider, objects));
}

/** Undefined for what isn't there and for what isn't this reader's to see: the two look alike. */
export async function openBillDocument(file: Named, objects: Objects): Promise<OpenedFile | undefined> {
  const { principal, nowMs } = objects.operation;
  if (!holds(principal, 'BILL_VIEW', nowMs)) throw clientError('FORBIDDEN');
  const parts = partsOf(file.id);
  if (parts === undefined || !objects.serves('CustomerBill', file.provider)) return undefined;
  const [billId, key] = parts;
  const bill = await objects.see(
    'CustomerBill',
    file.provider,
    billId,
    objects.sheet('CustomerBill').attributes,
  );
  const raw = asList(bill?.raw.billDocument).find((each, index) => keyOf(each, index) === key);
  if (raw === undefined) return undefined;
  const found =
    inline(raw) ??
    (await fetched(raw, file.provider, objects)) ??
    (await stored(raw, file.provider, objects));
  // it is in the bill, and where it is said to lie nobody may be sent
  if (found === undefined) throw clientError('BACKEND_BAD_ANSWER');
  return found;
}

// A billing system before the simulator's, whose one bill has as many lines as one likes: drawn by position, never held.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../../mocks/simulator.ts';

export const BILL = 'bill-acc-acme-mobile-2026-10';
const LINES = '/appliedCustomerBillingRate';

export interface LongBill {
  readonly apis: Simulator['apis'];
  /** Questions for lines, in the order in which they came. */
  readonly asked: URLSearchParams[];
  /** The most of them that were under way at once. */
  readonly most: () => number;
  lines: number;
  /** Of the nth line, from 0 on. */
  currency: (at: number) => string;
  /** Before the answer to a question for lines; that one may change what follows. */
  before: (offset: number) => void;
  close(): Promise<void>;
}

export const cents = (at: number): number => (at % 997) + 1;
export const serviceOf = (at: number): string => `svc-acme-m-${String((at % 40) + 1).padStart(2, '0')}`;

function line(at: number, currency: string): object {
  const value = cents(at) / 100;
  return {
    id: `rate-long-${at}`,
    name: `Call ${at}`,
    type: 'appliedBillingCharge',
    date: '2026-11-01T00:00:00Z',
    isBilled: true,
    bill: { id: BILL },
    billingAccount: { id: 'acc-acme-mobile' },
    periodCoverage: { startDateTime: '2026-10-01T00:00:00Z', endDateTime: '2026-11-01T00:00:00Z' },
    characteristic: [
      { name: 'chargeKind', value: 'usage' },
      { name: 'serviceId', value: serviceOf(at) },
    ],
    taxExcludedAmount: { unit: currency, value },
    taxIncludedAmount: { unit: currency, value },
  };
}

export async function startLongBill({ url, apis }: Simulator): Promise<LongBill> {
  let [now, most] = [0, 0];
  const server = createServer(async (request, response) => {
    const target = new URL(request.url ?? '/', url);
    if (!target.pathname.endsWith(LINES) || target.searchParams.get('bill.id') !== BILL) {
      const given = await fetch(target, { headers: { accept: 'application/json' } });
      const total = given.headers.get('x-total-count');
      response.writeHead(given.status, {
        'content-type': 'application/json',
        ...(total === null ? {} : { 'x-total-count': total }),
      });
      return void response.end(await given.text());
    }
    now += 1;
    most = Math.max(most, now);
    made.asked.push(target.searchParams);
    const offset = Number(target.searchParams.get('offset') ?? 0);
    const limit = Number(target.searchParams.get('limit') ?? 100);
    made.before(offset);
    // so that what is asked for together is there together
    await new Promise((resolve) => setImmediate(resolve));
    const count = Math.max(0, Math.min(limit, made.lines - offset));
    const rows = Array.from({ length: count }, (_, index) =>
      line(offset + index, made.currency(offset + index)),
    );
    now -= 1;
    response.writeHead(200, { 'content-type': 'application/json', 'x-total-count': String(made.lines) });
    response.end(JSON.stringify(rows));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const made: LongBill = {
    apis: apis.map(({ baseUrl, ...rest }) => ({
      ...rest,
      baseUrl: rest.api === 'TMF678' ? baseUrl.replace(url, `http://127.0.0.1:${port}`) : baseUrl,
    })),
    asked: [],
    most: () => most,
    lines: 50_000,
    currency: () => 'EUR',
    before: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return made;
}

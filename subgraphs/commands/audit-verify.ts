// `npm run audit:verify`: reads the audit log to its end and tells what was done to it; exit 1 when something was.
import { parseArgs } from 'node:util';
import { verifyChain } from '../store/audit-chain.ts';
import { openedStore, STORE_ARGUMENTS, STORE_USAGE } from './opened-store.ts';

const MEANING = {
  MISSING: 'is missing',
  CHANGED: 'is not what was recorded',
  NOT_LINKED: 'does not follow the entry before it',
  CUT_OFF: 'and all after it were cut off',
} as const;

/** As this command prints it: `<seq>:<hash>`. */
function headIn(text: string | undefined): { readonly seq: number; readonly hash: string } | undefined {
  if (text === undefined) return undefined;
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new Error('--head: <seq>:<hash>, as it was printed');
  return { seq: Number(seq), hash };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { ...STORE_ARGUMENTS, head: { type: 'string' } } });
  const known = headIn(values.head);
  const store = await openedStore(values);
  if (store === undefined) throw new Error(`npm run audit:verify -- ${STORE_USAGE} [--head <seq>:<hash>]`);
  try {
    const { entries, head, faults } = await verifyChain(store, known);
    for (const { seq, kind } of faults) console.log(`entry ${seq} ${MEANING[kind]}`);
    console.log(faults.length === 0 ? `whole: ${entries} entries` : `NOT whole: ${faults.length} faults`);
    console.log(`head ${head.seq}:${head.hash}`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await store.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});

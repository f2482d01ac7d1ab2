// `npm run rollups:rebuild`: counts the calls anew from the records that were kept, or has back ends read again.
import { parseArgs } from 'node:util';
import { readAgain, recount } from '../analysis/recount.ts';
import { openedStore, STORE_ARGUMENTS, STORE_USAGE } from './opened-store.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { ...STORE_ARGUMENTS, reread: { type: 'boolean', default: false } },
  });
  const store = await openedStore(values);
  if (store === undefined) throw new Error(`npm run rollups:rebuild -- ${STORE_USAGE} [--reread]`);
  try {
    console.log(`counted anew: ${await recount(store)} calls`);
    if (values.reread) {
      await readAgain(store);
      console.log('every back end is read again, from the beginning, by the next gateway that reads');
    }
  } finally {
    await store.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});

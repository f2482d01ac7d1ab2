// `npm run token -- acme-manager`: prints an access token of a demo actor. Demo mode only.
import { readConfig } from './config.ts';
import { openDemoIssuer } from './demo-issuer.ts';

async function main(): Promise<void> {
  const [actorId] = process.argv.slice(2);
  const config = readConfig();
  if (config.tokens.kind !== 'DEMO') throw new Error('Tokens come from TOKEN_ISSUER, not from here.');
  if (actorId === undefined) throw new Error('Whose? For example: npm run token -- acme-manager');
  const issuer = await openDemoIssuer(config.dataFolder, config.tokens.audience);
  console.log(await issuer.sign(actorId, Date.now()));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

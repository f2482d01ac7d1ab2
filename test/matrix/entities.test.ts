// SSM-A-08: `_entities` of a subgraph elsewhere, asked directly: with a principal it is as strict as the graph, without one it is silent.
import { createHash } from 'node:crypto';
import { Kind, type ObjectTypeDefinitionNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPrincipalKeys, type PrincipalKeys } from '../../gateway/principal-keys.ts';
import type { SubgraphSheet } from '../../schema/data-sheet.ts';
import { encodeId } from '../../schema/id.ts';
import { queryHash, requestHash, signPrincipal } from '../../schema/principal-token.ts';
import { startWorld, type World } from '../support/gateway.ts';
import { principalOf } from '../support/principals.ts';
import { LEDGER, MATRIX_ACTORS } from './actors.ts';
import { ROOTS } from './by-id.ts';
import { foundIds } from './found-ids.ts';
import { table } from './verdicts.ts';

let world: World;
let url: string;
let keys: PrincipalKeys;
beforeAll(async () => {
  world = await startWorld();
  keys = await openPrincipalKeys({ dataFolder: world.dataFolder });
  ({ url } = await world.subgraphs([...world.main.running.contract.subgraphs.keys()]));
  ids = await idsOfTypes();
});
afterAll(() => world.stop());

/** Types whose objects this subgraph can be asked for by reference. */
function resolvable({ document }: SubgraphSheet): readonly string[] {
  const isKey = (node: ObjectTypeDefinitionNode) =>
    node.directives?.some(
      ({ name, arguments: args }) =>
        name.value === 'key' &&
        !args?.some((arg) => arg.value.kind === Kind.BOOLEAN && arg.value.value === false),
    );
  return document.definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && isKey(node) ? [node.name.value] : [],
  );
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function send(subgraph: string, body: object): Promise<Answer> {
  const response = await fetch(`${url}/${subgraph}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

const QUERY = (type: string) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} { __typename id } } }`;

async function entities(subgraph: string, type: string, ids: readonly string[], actorId: string | undefined) {
  const query = QUERY(type);
  const representations = ids.map((id) => ({ __typename: type, id: encodeId('home', type, id) }));
  const principal = await signPrincipal(principalOf(actorId), {
    audience: subgraph,
    requestId: 'matrix',
    requestHash: requestHash(queryHash(query), JSON.stringify({ representations })),
    key: keys.signing,
    nowMs: world.clock.now(),
  });
  return send(subgraph, { query, variables: { representations }, extensions: { principal } });
}

interface Read {
  readonly data: { readonly _entities: readonly unknown[] };
  readonly errors?: readonly {
    readonly path: readonly unknown[];
    readonly extensions: { readonly code: string };
  }[];
}

function verdicts(text: string): readonly string[] {
  const { data, errors = [] } = JSON.parse(text) as Read; // as the query has it
  return data._entities.map((entity, index) =>
    entity === null ? (errors.find(({ path }) => path[1] === index)?.extensions.code ?? 'NULL') : 'DATA',
  );
}

const LISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(ROOTS.filter(({ field }) => field !== 'usage').map(({ type, ids }) => [type, ids])),
  Agreement: { own: 'agr-acme', Borealis: 'agr-borealis', absent: 'agr-x' },
  Charge: {
    own: 'rate-acc-acme-mobile-2026-10-acme-group-monthly',
    Borealis: 'rate-acc-borealis-2026-10-borealis-m-01-monthly',
    absent: 'rate-x',
  },
  ProductSpecification: { any: 'spec-mobile-line', absent: 'spec-x' },
};

let ids: ReadonlyMap<string, Readonly<Record<string, string>>>;

/** A type that is listed nowhere joins by what the world holds of it, or fails. */
async function idsOfTypes() {
  const { contract } = world.main.running;
  const types = [...contract.subgraphs.values()].flatMap(resolvable);
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const name of new Set(types)) {
    const sheet = contract.types.get(name);
    if (sheet === undefined) throw new Error(`${name}: an entity without a sheet`);
    found.set(name, LISTED[name] ?? (await foundIds(sheet, world.simulator)));
  }
  return found;
}

const actors = MATRIX_ACTORS.filter(({ demo }) => demo !== LEDGER);

describe('SSM-A-08 _entities', () => {
  test('SSM-A-08 is as committed, the same from warm caches, and tells others from absent by nothing', async () => {
    const matrix = async () => {
      const sections: string[] = [];
      for (const [name, sheet] of world.main.running.contract.subgraphs) {
        for (const type of resolvable(sheet)) {
          const ofType = ids.get(type) ?? {};
          const rows: string[][] = [];
          for (const actor of actors) {
            const { text } = await entities(name, type, Object.values(ofType), actor.as.as);
            rows.push([actor.name, ...verdicts(text)]);
          }
          sections.push(`## ${name}: ${type}\n\n${table(['actor', ...Object.keys(ofType)], rows)}`);
        }
      }
      return sections.join('\n\n');
    };
    const cold = await matrix();
    await expect(`# Permission matrix: _entities of subgraphs over HTTP\n\n${cold}\n`).toMatchFileSnapshot(
      'entities.md',
    );
    expect(await matrix()).toBe(cold);
  });

  test.each(actors.filter(({ demo }) => demo?.customer === 'cust-acme'))(
    "SSM-A-08 to $name Borealis's objects are as absent ones",
    async ({ as }) => {
      for (const [name, sheet] of world.main.running.contract.subgraphs) {
        for (const type of resolvable(sheet)) {
          const { Borealis: other, absent } = ids.get(type) ?? {};
          if (other === undefined || absent === undefined) continue;
          const [a, b] = [
            await entities(name, type, [other], as.as),
            await entities(name, type, [absent], as.as),
          ];
          expect(a, `${name} ${type}`).toEqual(b);
          expect(verdicts(a.text)).not.toContain('DATA');
        }
      }
    },
  );
});

describe('SSM-A-08 asked directly', () => {
  const query = QUERY('CustomerBill');
  const id = encodeId('home', 'CustomerBill', 'bill-acc-acme-mobile-2026-10');
  const variables = { representations: [{ __typename: 'CustomerBill', id }] };
  const signing = () => ({
    audience: 'billing',
    requestId: 'direct',
    requestHash: requestHash(queryHash(query), JSON.stringify(variables)),
    key: keys.signing,
    nowMs: world.clock.now(),
  });

  test('SSM-A-08 with a token of its own it answers: the refusals below are no accident', async () => {
    const principal = await signPrincipal(principalOf('acme-manager'), signing());
    const { status, text } = await send('billing', { query, variables, extensions: { principal } });
    expect(status).toBe(200);
    expect(text).toContain(id);
  });

  test.each([
    ['without a principal', async () => undefined],
    ['with text for a token', async () => 'x.y.z'],
    ["with an actor's access token", () => world.token('acme-manager')],
    [
      "with another subgraph's token",
      () => signPrincipal(principalOf('acme-manager'), { ...signing(), audience: 'usage' }),
    ],
    [
      "with another query's token",
      () =>
        signPrincipal(principalOf('acme-manager'), {
          ...signing(),
          requestHash: createHash('sha256').digest('base64url'),
        }),
    ],
    [
      'with the token of the same query for another object',
      () => {
        const others = { representations: [{ __typename: 'CustomerBill', id: `${id}x` }] };
        const hash = requestHash(queryHash(query), JSON.stringify(others));
        return signPrincipal(principalOf('acme-manager'), { ...signing(), requestHash: hash });
      },
    ],
    [
      'with a token of a minute ago',
      () => signPrincipal(principalOf('acme-manager'), { ...signing(), nowMs: world.clock.now() - 60_000 }),
    ],
  ])('SSM-A-08 %s it says nothing', async (_, make) => {
    const principal = await make();
    const extensions = principal === undefined ? {} : { extensions: { principal } };
    const { status, text } = await send('billing', { query, variables, ...extensions });
    expect(status).toBe(401);
    expect(Object.keys(JSON.parse(text))).toEqual(['errors']);
    expect(text).not.toContain(id);
  });
});

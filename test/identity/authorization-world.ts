// What the tests of authorizations stand on: a world with actors whom nobody has granted anything yet, two for each test.
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { DemoActor } from '../../mocks/actors.ts';
import { clockAt, startWorld, type World } from '../support/gateway.ts';
import { granted, type ShownAuthorization } from './asking.ts';

const person = (actorId: string, kind: DemoActor['kind'], customer = 'cust-acme'): DemoActor => ({
  actorId,
  kind,
  displayName: `Somebody called ${actorId}`,
  customer,
  grants: kind === 'MANAGER' ? [{ functions: 'CONTRACT', scope: { kind: 'CUSTOMER' } }] : [],
});

const NOW_MS = clockAt().now();
export const inHours = (hours: number): string => new Date(NOW_MS + hours * 3_600_000).toISOString();

export const MANAGER = 'acme-manager';
export const on = (...ids: string[]) => ({ kind: 'SERVICES', ids });

const PAIRS = Array.from({ length: 30 }, (_, index) => index);

export interface Scene {
  readonly world: World;
  readonly ask: World['ask'];
  /** An authorized user and an SSM user of Acme, new to each test. */
  readonly user: string;
  readonly line: string;
  /** The manager grants it to the user. */
  grant(input: object): Promise<ShownAuthorization>;
}

/** Registers what starts and stops it; what is given is the current test's. */
export function authorizationWorld(): () => Scene {
  let world: World | undefined;
  let tests = 0;
  beforeAll(async () => {
    world = await startWorld({
      actors: [
        person('acme-second', 'MANAGER'),
        ...PAIRS.flatMap((index) => [
          person(`user-${index}`, 'AUTHORIZED_USER'),
          person(`line-${index}`, 'SSM_USER'),
        ]),
      ],
    });
  });
  afterAll(() => world?.stop());
  beforeEach(() => {
    tests += 1;
  });
  return () => {
    if (world === undefined) throw new Error('the world has not begun');
    const { ask } = world;
    const user = `user-${tests}`;
    return {
      world,
      ask,
      user,
      line: `line-${tests}`,
      grant: (input) => granted(ask, MANAGER, { actorId: user, ...input }),
    };
  };
}

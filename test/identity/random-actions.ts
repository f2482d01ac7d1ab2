// Random actions on authorizations, and each of them done by the system and by the model.
import fc from 'fast-check';
import type { SsmFunction } from '../../schema/access.ts';
import { giveAuthority, withdrawAuthority } from '../../subgraphs/identity/authorization/authority.ts';
import {
  changeAuthorization,
  enableUse,
  grantAuthorization,
} from '../../subgraphs/identity/authorization/give.ts';
import {
  resumeAuthorization,
  revokeAuthorization,
  suspendAuthorization,
} from '../../subgraphs/identity/authorization/state.ts';
import type { Model, Where, Wish } from './model.ts';
import { FULL, HOUR, id, type Payload, type System } from './random-world.ts';

/** Sensible most of the time: what is refused at the door shows little of what lies behind it. */
const mostly = <T>(sensible: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: sensible }, { weight: 1, arbitrary: odd });

const between = (from: fc.Arbitrary<number>, until: fc.Arbitrary<number>) =>
  fc.record({ from, until }, { requiredKeys: [] });
const period = mostly(
  between(fc.constantFrom(0, 0, 2), fc.constantFrom(3, 5, 9)),
  between(fc.constantFrom(-2, 3), fc.constantFrom(-1, 2)),
);
const services = (from: readonly string[], minLength: number) =>
  fc.record({ services: fc.uniqueArray(fc.constantFrom(...from), { minLength, maxLength: 2 }) });
const where = mostly<Where>(
  fc.oneof(
    fc.constant('ALL' as const),
    services(['s1', 's2', 's3'], 1),
    services(['s1', 's2', 's3'], 1),
    fc.record({ site: fc.constantFrom('north', 'south') }),
  ),
  fc.oneof(services(['s1', 'x1', 'none'], 0), fc.record({ site: fc.constant('east') })),
);
const named = (minLength: number, ...from: SsmFunction[]) =>
  fc.uniqueArray(fc.constantFrom(...from), { minLength, maxLength: 2 });
const functions = mostly(named(1, 'USAGE_VIEW', 'BILL_VIEW'), named(0, 'USAGE_VIEW', 'AUTHORIZATION_ENABLE'));
const anybody = fc.constantFrom('m1', 'm2', 'a1', 'a2', 'u1', 'mx');
const manager = mostly(fc.constantFrom('m1', 'm2'), anybody);
const enabler = mostly(fc.constantFrom('a1', 'a1', 'a2', 'm1'), anybody);
const someone = fc.constantFrom('a1', 'a2', 'u1', 'm2', 'ux', 'nobody');
const user = mostly(fc.constantFrom('a1', 'a1', 'a2'), someone);
const line = mostly(fc.constantFrom('u1', 'u2'), someone);
const wish = fc.record({ functions, where, period });
const which = fc.nat({ max: 3 });
const ofKind = <K extends string, T extends object>(weight: number, kind: K, rest: fc.Arbitrary<T>) => ({
  weight,
  arbitrary: rest.map((each) => ({ kind, ...each })),
});

export const command = fc.oneof(
  ofKind(6, 'grant', fc.record({ who: manager, whom: fc.oneof(user, user, line), wish })),
  ofKind(5, 'enable', fc.record({ who: enabler, whom: line, wish })),
  ofKind(2, 'change', fc.record({ who: fc.oneof(manager, enabler), which, wish })),
  ofKind(2, 'suspend', fc.record({ who: fc.oneof(manager, enabler), which })),
  ofKind(2, 'resume', fc.record({ who: fc.oneof(manager, enabler), which })),
  ofKind(1, 'revoke', fc.record({ who: fc.oneof(manager, enabler), which })),
  ofKind(3, 'empower', fc.record({ who: fc.oneof(manager, enabler), whom: user, period })),
  ofKind(2, 'withdraw', fc.record({ who: manager, which: fc.nat({ max: 1 }) })),
  ofKind(
    1,
    'contract',
    fc.record({ lacks: mostly<SsmFunction[]>(fc.constant([]), fc.subarray([...FULL], { maxLength: 2 })) }),
  ),
  ofKind(1, 'wait', fc.record({ hours: fc.integer({ min: 1, max: 4 }) })),
);
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

const inputScope = (at: Where) =>
  at === 'ALL'
    ? { kind: 'CUSTOMER' }
    : 'site' in at
      ? { kind: 'SITES', ids: [id('Site', at.site)] }
      : { kind: 'SERVICES', ids: at.services.map((service) => id('Service', service)) };

interface Period {
  readonly from?: number;
  readonly until?: number;
}
const instants = ({ from, until }: Period, now: number): Period => ({
  ...(from === undefined ? {} : { from: now + from * HOUR }),
  ...(until === undefined ? {} : { until: now + until * HOUR }),
});
const inputPeriod = ({ from, until }: Period) => ({
  start: from === undefined ? null : new Date(from).toISOString(),
  end: until === undefined ? null : new Date(until).toISOString(),
});

/** What goes on inside the other customer is none of the model's. */
export const isAbroad = (each: Command): boolean => 'whom' in each && each.who === 'mx' && each.whom === 'ux';

/** Does it in both; gives what each made of it. */
export async function step(
  system: System,
  model: Model,
  each: Command,
): Promise<{ readonly real: boolean; readonly said: boolean }> {
  const both = async (real: Promise<Payload>, said: boolean) => {
    const { authorization, authority, userErrors } = await real;
    return {
      real: userErrors.length === 0 && Boolean(authorization ?? authority),
      said,
      authorization,
      authority,
    };
  };
  const wished = (): Wish => {
    if (!('wish' in each)) throw new Error('no wish');
    const { functions, where } = each.wish;
    return { functions, where, ...instants(each.wish.period, system.now) };
  };
  switch (each.kind) {
    case 'contract': {
      system.contract = new Set(FULL.filter((name) => !each.lacks.includes(name)));
      model.contract = system.contract;
      return { real: true, said: true };
    }
    case 'wait': {
      system.now += each.hours * HOUR;
      model.now = system.now;
      return { real: true, said: true };
    }
    case 'grant':
    case 'enable': {
      const asked = wished();
      const scope =
        each.kind === 'grant'
          ? asked.where
          : typeof asked.where === 'object' && 'services' in asked.where
            ? asked.where
            : { services: [] };
      const ask = { ...asked, where: scope };
      const input = { actorId: each.whom, functions: ask.functions, validFor: inputPeriod(ask) };
      const place = inputScope(scope);
      const done = await both(
        each.kind === 'grant'
          ? system.run(grantAuthorization, each.who, { ...input, scope: place })
          : system.run(enableUse, each.who, { ...input, serviceIds: 'ids' in place ? place.ids : [] }),
        model[each.kind](each.who, each.whom, ask),
      );
      if (done.authorization) system.authorizations.push({ ...done.authorization.raw });
      return done;
    }
    case 'change': {
      const asked = wished();
      const known = system.authorizations[each.which];
      const input = {
        id: known?.id ?? 'none',
        version: known?.version ?? 1,
        functions: asked.functions,
        scope: inputScope(asked.where),
        validFor: inputPeriod(asked),
      };
      const done = await both(
        system.run(changeAuthorization, each.who, input),
        model.change(each.who, each.which, asked),
      );
      if (known !== undefined && done.authorization) known.version = done.authorization.raw.version;
      return done;
    }
    case 'suspend':
    case 'resume':
    case 'revoke': {
      const known = system.authorizations[each.which];
      const resolver = {
        suspend: suspendAuthorization,
        resume: resumeAuthorization,
        revoke: revokeAuthorization,
      }[each.kind];
      const done = await both(
        system.run(resolver, each.who, { id: known?.id ?? 'none' }),
        model[each.kind](each.who, each.which),
      );
      if (known !== undefined && done.authorization) known.version = done.authorization.raw.version;
      return done;
    }
    case 'empower': {
      const asked = instants(each.period, system.now);
      const done = await both(
        system.run(giveAuthority, each.who, { actorId: each.whom, validFor: inputPeriod(asked) }),
        model.empower(each.who, each.whom, asked),
      );
      if (done.authority) system.authorities.push(done.authority.id);
      return done;
    }
    case 'withdraw': {
      const known = system.authorities[each.which] ?? 'none';
      return both(
        system.run(withdrawAuthority, each.who, { id: known }),
        model.withdraw(each.who, each.which),
      );
    }
  }
}

// A second opinion on authorizations, written without the first: plain records, and every right worked out from all of them.

export type Kind = 'MANAGER' | 'AUTHORIZED_USER' | 'SSM_USER';
export type Where = 'ALL' | { readonly services: readonly string[] } | { readonly site: string };

export interface Person {
  readonly id: string;
  readonly kind: Kind;
  readonly customer: string;
}

export interface Wish {
  readonly functions: readonly string[];
  readonly where: Where;
  readonly from?: number;
  readonly until?: number;
}

interface Period {
  from?: number;
  until?: number;
}

interface Held extends Period {
  functions: readonly string[];
  where: Where;
  holder: string;
  giver: string;
  under?: Held;
  suspendedBy?: string;
  gone: boolean;
}

interface Power extends Period {
  giver: string;
  holder: string;
  gone: boolean;
}

export interface Facts {
  readonly people: readonly Person[];
  /** Site by service, and customer by service. */
  readonly siteOf: Readonly<Record<string, string>>;
  readonly customerOf: Readonly<Record<string, string>>;
  readonly changing: ReadonlySet<string>;
  readonly handedOn: ReadonlySet<string>;
}

export class Model {
  readonly held: Held[] = [];
  readonly powers: Power[] = [];
  contract: ReadonlySet<string>;
  now: number;
  readonly facts: Facts;
  readonly customer: string;

  constructor(facts: Facts, customer: string, contract: ReadonlySet<string>, now: number) {
    this.facts = facts;
    this.customer = customer;
    this.contract = contract;
    this.now = now;
  }

  person(id: string): Person | undefined {
    return this.facts.people.find((each) => each.id === id);
  }

  private open({ from, until }: { readonly from?: number; readonly until?: number }): boolean {
    return (from ?? this.now) <= this.now && this.now < (until ?? Number.POSITIVE_INFINITY);
  }

  /** A manager, or somebody to whom a line of open powers leads from one. */
  leads(id: string, met: readonly string[] = []): boolean {
    const kind = this.person(id)?.kind;
    if (kind === 'MANAGER') return true;
    if (kind === 'SSM_USER' || met.includes(id)) return false;
    return this.powers.some(
      (power) =>
        !power.gone && power.holder === id && this.open(power) && this.leads(power.giver, [...met, id]),
    );
  }

  private covers(where: Where, service: string): boolean {
    if (where === 'ALL') return true;
    return 'site' in where ? this.facts.siteOf[service] === where.site : where.services.includes(service);
  }

  private works(held: Held, name: string, service: string): boolean {
    return (
      !held.gone &&
      held.suspendedBy === undefined &&
      this.open(held) &&
      held.functions.includes(name) &&
      this.covers(held.where, service) &&
      (held.under === undefined || this.works(held.under, name, service))
    );
  }

  /** The right itself. */
  may(id: string, name: string, service: string): boolean {
    const person = this.person(id);
    if (person?.customer !== this.customer || this.facts.customerOf[service] !== this.customer) return false;
    if (!this.contract.has(name)) return false;
    if (person.kind === 'SSM_USER' && this.facts.changing.has(name)) return false;
    return this.leads(id) || this.held.some((each) => each.holder === id && this.works(each, name, service));
  }

  private isLeader(id: string): boolean {
    return this.person(id)?.customer === this.customer && this.leads(id);
  }

  /** A leader gives what the contract lets leaders give; to SSM users enabling is enough. */
  private gives(id: string, to: Person): boolean {
    const enough =
      to.kind === 'SSM_USER' ? ['AUTHORIZATION_GRANT', 'AUTHORIZATION_ENABLE'] : ['AUTHORIZATION_GRANT'];
    return this.isLeader(id) && enough.some((name) => this.contract.has(name));
  }

  private future(
    { from, until }: { readonly from?: number; readonly until?: number },
    began?: number,
  ): boolean {
    if (from !== undefined && until !== undefined && until <= from) return false;
    const begins = from === undefined || from === began ? this.now : from;
    return begins >= this.now - 60_000 && (until ?? Number.POSITIVE_INFINITY) > this.now;
  }

  private sensible(to: Person, wish: Wish, began?: number): boolean {
    return (
      wish.functions.length > 0 &&
      wish.functions.every((name) => this.contract.has(name) && this.facts.handedOn.has(name)) &&
      (to.kind !== 'SSM_USER' || wish.functions.every((name) => !this.facts.changing.has(name))) &&
      this.future(wish, began)
    );
  }

  private exists(where: Where): boolean {
    if (where === 'ALL') return true;
    const own = (service: string) => this.facts.customerOf[service] === this.customer;
    if ('site' in where)
      return Object.entries(this.facts.siteOf).some(([service, site]) => site === where.site && own(service));
    return where.services.length > 0 && where.services.every(own);
  }

  private receiver(by: string, to: string): Person | undefined {
    const person = this.person(to);
    return person?.customer === this.customer && to !== by && person.kind !== 'MANAGER' ? person : undefined;
  }

  private parent(by: string, wish: Wish): Held | undefined {
    const { where } = wish;
    if (where === 'ALL' || 'site' in where) return undefined;
    return this.held
      .filter((own) => own.holder === by && own.under === undefined)
      .filter((own) => !own.gone && own.suspendedBy === undefined && this.open(own))
      .filter((own) => wish.functions.every((name) => own.functions.includes(name)))
      .filter((own) => where.services.every((service) => this.covers(own.where, service)))
      .sort((a, b) => (b.until ?? Number.MAX_VALUE) - (a.until ?? Number.MAX_VALUE))[0];
  }

  /** What `by` may make of the wish for `to`; undefined where it may not. */
  private made(
    by: string,
    to: Person,
    wish: Wish,
    began?: number,
  ): Pick<Held, 'until' | 'under'> | undefined {
    if (!this.sensible(to, wish, began) || !this.exists(wish.where)) return undefined;
    if (this.isLeader(by)) {
      if (!this.gives(by, to)) return undefined;
      return wish.until === undefined ? {} : { until: wish.until };
    }
    if (to.kind !== 'SSM_USER' || !this.contract.has('AUTHORIZATION_ENABLE')) return undefined;
    const under = this.parent(by, wish);
    if (under === undefined) return undefined;
    const until = Math.min(wish.until ?? Number.POSITIVE_INFINITY, under.until ?? Number.POSITIVE_INFINITY);
    const made = until === Number.POSITIVE_INFINITY ? {} : { until };
    return this.future({ ...wish, ...made }, began) ? { ...made, under } : undefined;
  }

  grant(by: string, to: string, wish: Wish): boolean {
    const person = this.receiver(by, to);
    if (person === undefined || !this.isLeader(by) || !this.contract.has('AUTHORIZATION_GRANT')) return false;
    return this.add(by, person, wish);
  }

  enable(by: string, to: string, wish: Wish): boolean {
    const person = this.receiver(by, to);
    return person?.kind === 'SSM_USER' && this.add(by, person, wish);
  }

  private add(by: string, to: Person, wish: Wish): boolean {
    const made = this.made(by, to, wish);
    if (made === undefined) return false;
    this.held.push({ ...wish, ...made, holder: to.id, giver: by, gone: false });
    return true;
  }

  private touchable(by: string, held: Held | undefined): held is Held {
    if (held === undefined || held.gone || held.holder === by) return false;
    return this.isLeader(by) || (held.under !== undefined && held.giver === by);
  }

  /** Giving back more than there is now: what takes away asks no contract. */
  private enlarges(by: string, held: Held): boolean {
    const to = this.person(held.holder);
    if (this.isLeader(by)) return to !== undefined && this.gives(by, to);
    return this.contract.has('AUTHORIZATION_ENABLE');
  }

  change(by: string, index: number, wish: Wish): boolean {
    const held = this.held[index];
    if (!this.touchable(by, held)) return false;
    if (!this.isLeader(by) && held.suspendedBy !== undefined && held.suspendedBy !== by) return false;
    const to = this.person(held.holder);
    if (!this.enlarges(by, held)) return false;
    const made = to && this.made(by, to, wish, held.from);
    if (made === undefined) return false;
    const { functions, where, from } = wish;
    delete held.from;
    delete held.until;
    Object.assign(held, { functions, where, ...(from === undefined ? {} : { from }), ...made });
    return true;
  }

  suspend(by: string, index: number): boolean {
    const held = this.held[index];
    if (!this.touchable(by, held)) return false;
    if (!this.isLeader(by) && held.suspendedBy !== undefined && held.suspendedBy !== by) return false;
    held.suspendedBy = by;
    return true;
  }

  resume(by: string, index: number): boolean {
    const held = this.held[index];
    if (!this.touchable(by, held)) return false;
    if (!this.isLeader(by) && held.suspendedBy !== undefined && held.suspendedBy !== by) return false;
    if (!this.enlarges(by, held)) return false;
    delete held.suspendedBy;
    return true;
  }

  revoke(by: string, index: number): boolean {
    const held = this.held[index];
    if (!this.touchable(by, held)) return false;
    held.gone = true;
    for (const each of this.held) if (each.under === held) each.gone = true;
    return true;
  }

  private descends(from: string, to: string, met: readonly string[] = []): boolean {
    if (from === to) return true;
    return this.powers.some(
      (power) =>
        !power.gone &&
        power.giver === from &&
        !met.includes(power.holder) &&
        this.descends(power.holder, to, [...met, from]),
    );
  }

  private empowers(by: string): boolean {
    return this.isLeader(by) && this.contract.has('AUTHORITY_GIVE');
  }

  empower(by: string, to: string, period: { readonly from?: number; readonly until?: number }): boolean {
    const person = this.person(to);
    if (!this.empowers(by) || person?.customer !== this.customer || to === by) return false;
    if (this.descends(to, by) || person.kind !== 'AUTHORIZED_USER' || !this.future(period)) return false;
    this.powers.push({ ...period, giver: by, holder: to, gone: false });
    return true;
  }

  withdraw(by: string, index: number): boolean {
    const power = this.powers[index];
    if (power === undefined || power.gone || !this.empowers(by)) return false;
    power.gone = true;
    const orphan = (each: Power) =>
      !each.gone &&
      this.person(each.giver)?.kind !== 'MANAGER' &&
      !this.powers.some((above) => !above.gone && above.holder === each.giver);
    for (let lost = this.powers.find(orphan); lost !== undefined; lost = this.powers.find(orphan))
      lost.gone = true;
    return true;
  }
}

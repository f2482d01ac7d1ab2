// Every table of the simulator, in no particular order.
import type { Table } from '../server/table.ts';
import type { Billing } from '../world/billing.ts';
import type { UsageBook } from '../world/usage-ledger.ts';
import type { World } from '../world/world.ts';
import { billingAccounts, billStructureTables } from './accounts.ts';
import { agreementTables } from './agreements.ts';
import { billLines } from './bill-lines.ts';
import { billsOnDemand, customerBills } from './bills.ts';
import { catalogueTables } from './catalogue.ts';
import { customers } from './customers.ts';
import { documents } from './documents.ts';
import { measurementTables } from './measurements.ts';
import { objectiveSpecifications, objectives } from './objectives.ts';
import { individuals, organizations } from './parties.ts';
import { products } from './products.ts';
import { qualificationTables } from './qualifications.ts';
import { resources } from './resources.ts';
import { services } from './services.ts';
import { slaTables } from './slas.ts';
import { usageQueries } from './usage-queries.ts';
import { usageRecords, usageSpecifications } from './usage-records.ts';

export function allTables(world: World, book: UsageBook, billing: Billing): Table[] {
  return [
    ...catalogueTables(world),
    customers(world),
    individuals(world),
    organizations(world),
    products(world),
    services(world),
    resources(world),
    usageQueries(world, book),
    usageRecords(world, book),
    usageSpecifications(world),
    billingAccounts(world, billing),
    ...billStructureTables(world),
    customerBills(world, billing),
    billsOnDemand(world),
    billLines(world, billing),
    documents(world, billing),
    ...agreementTables(world),
    objectives(world),
    objectiveSpecifications(world),
    ...measurementTables(world),
    ...slaTables(world),
    ...qualificationTables(world),
  ];
}

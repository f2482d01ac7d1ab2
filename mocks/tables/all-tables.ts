// Every table of the simulator, in no particular order.
import type { Elsewhere, Table } from '../server/table.ts';
import type { Billing } from '../world/billing.ts';
import { createPrepaidLedger } from '../world/prepaid-ledger.ts';
import type { UsageBook } from '../world/usage-ledger.ts';
import type { World } from '../world/world.ts';
import { billingAccounts, billStructureTables } from './accounts.ts';
import { agreementTables } from './agreements.ts';
import { alarmTables } from './alarms.ts';
import { billLines } from './bill-lines.ts';
import { billsOnDemand, customerBills } from './bills.ts';
import { catalogueTables } from './catalogue.ts';
import { customers } from './customers.ts';
import { documents } from './documents.ts';
import { measurementTables } from './measurements.ts';
import { messages } from './messages.ts';
import { objectiveSpecifications, objectives } from './objectives.ts';
import { orderTables } from './orders.ts';
import { individuals, organizations } from './parties.ts';
import { paymentMethods } from './payment-methods.ts';
import { payments } from './payments.ts';
import { prepayActions } from './prepay-actions.ts';
import { prepayBalances } from './prepay-balances.ts';
import { products } from './products.ts';
import { qualificationTables } from './qualifications.ts';
import { resources } from './resources.ts';
import { services } from './services.ts';
import { slaTables } from './slas.ts';
import { usageQueries } from './usage-queries.ts';
import { usageRecords, usageSpecifications } from './usage-records.ts';

export function allTables(world: World, book: UsageBook, billing: Billing, elsewhere: Elsewhere): Table[] {
  const ledger = createPrepaidLedger(world);
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
    billingAccounts(world, ledger, elsewhere),
    ...billStructureTables(world),
    customerBills(world, billing),
    billsOnDemand(world),
    billLines(world, billing),
    payments(world, billing, elsewhere),
    paymentMethods(world),
    ...prepayBalances(world, book, ledger),
    ...prepayActions(world, ledger, elsewhere),
    documents(world, billing),
    ...agreementTables(world),
    objectives(world),
    objectiveSpecifications(world),
    ...measurementTables(world),
    ...slaTables(world),
    ...qualificationTables(world),
    ...alarmTables(world),
    messages(world, billing),
    ...orderTables(world),
  ];
}

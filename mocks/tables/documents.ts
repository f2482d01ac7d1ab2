// TMF667 documents: the paper of each bill, general terms and guides. The content is a one-page PDF.
import type { Row } from '../server/row.ts';
import { READ_WRITE, type Table } from '../server/table.ts';
import { type Billing, billId } from '../world/billing.ts';
import { iso, type Month, monthName, monthStart } from '../world/calendar.ts';
import type { AccountModel, CustomerModel } from '../world/customer-model.ts';
import type { World } from '../world/world.ts';
import { documentId } from './bills.ts';
import { customerParty, customerTable, reference } from './customer-table.ts';

function documentRow(world: World, id: string, name: string, documentType: string, createdMs: number): Row {
  const href = world.href('document', id);
  return {
    id,
    href,
    name,
    description: name,
    documentType,
    version: '1',
    lifecycleState: 'released',
    creationDate: iso(createdMs),
    lastUpdate: iso(createdMs),
    attachment: [
      {
        id: `${id}-1`,
        name: `${name}.pdf`,
        attachmentType: documentType,
        mimeType: 'application/pdf',
        url: `${href}/content`,
      },
    ],
    '@type': 'Document',
  };
}

function billDocument(world: World, customer: CustomerModel, account: AccountModel, month: Month): Row {
  const bill = billId(account, month);
  const name = `Bill ${monthName(month)} ${account.name}`;
  return {
    ...documentRow(world, documentId(account, month), name, 'bill', monthStart(month + 1)),
    relatedEntity: [
      { ...reference('CustomerBill', bill), href: world.href('customerBill', bill), role: 'bill' },
    ],
    relatedParty: [customerParty(customer)],
  };
}

/** The smallest file that readers open: one page, one line. */
export function onePagePdf(line: string): string {
  const text = line.replace(/[^\x20-\x7e]/g, '?').replace(/[\\()]/g, '\\$&');
  const stream = `BT /F1 14 Tf 60 760 Td (${text}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj${object}endobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  return `${file}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
}

export function documents(world: World, billing: Billing): Table {
  const publishedMs = Date.parse('2026-01-01T08:00:00Z');
  return customerTable(world, {
    resource: 'document',
    type: 'Document',
    linked: ['relatedParty.id', 'relatedEntity.id'],
    common: [
      documentRow(world, 'doc-terms', 'General terms', 'terms', publishedMs),
      documentRow(world, 'doc-guide-voicemail', 'Guide to the voice mailbox', 'guide', publishedMs),
      documentRow(world, 'doc-guide-roaming', 'Guide to roaming', 'guide', publishedMs),
    ],
    perSubscriber: 6,
    allows: READ_WRITE,
    mandatory: ['name'],
    stateAttribute: 'lifecycleState',
    content: (row) => ({ mimeType: 'application/pdf', body: onePagePdf(String(row.name)) }),
    rows: (customer) =>
      customer.accounts.flatMap((account) =>
        billing
          .billedMonths(customer, account, world.now())
          .map((month) => billDocument(world, customer, account, month)),
      ),
  });
}

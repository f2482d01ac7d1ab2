// The category tree of the catalogue.

export interface CategoryEntry {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parentId?: string;
}

export const CATEGORIES: readonly CategoryEntry[] = [
  { id: 'cat-mobile', name: 'Mobile', description: 'Lines, groups and packs on the mobile network.' },
  {
    id: 'cat-mobile-plans',
    name: 'Mobile plans',
    description: 'Monthly plans for people.',
    parentId: 'cat-mobile',
  },
  { id: 'cat-mobile-prepaid', name: 'Prepaid', description: 'Paid ahead.', parentId: 'cat-mobile' },
  {
    id: 'cat-mobile-business',
    name: 'Mobile for business',
    description: 'Lines and groups for companies.',
    parentId: 'cat-mobile',
  },
  { id: 'cat-mobile-addons', name: 'Packs', description: 'Data and roaming on top.', parentId: 'cat-mobile' },
  { id: 'cat-broadband', name: 'Broadband', description: 'Fibre for homes and companies.' },
  { id: 'cat-tv', name: 'TV', description: 'Television over broadband.' },
  { id: 'cat-voice', name: 'Voice', description: 'Fixed numbers and call centres.' },
  { id: 'cat-devices', name: 'Devices', description: 'Telephones and routers.' },
];

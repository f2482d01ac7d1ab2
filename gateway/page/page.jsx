// The demo page: GraphiQL with the client operations as tabs, asked as the demo actor that is chosen above it.
import './workers.js';
import 'graphiql/style.css';
import './page.css';
import { GraphiQL } from 'graphiql';
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

const { actors, operations, version } = JSON.parse(document.getElementById('page-data').textContent);

/** Tabs of another version, or of another GraphiQL on this host and port, are not ours. */
const PREFIX = `ssm-gateway:${version}:`;
const storage = {
  getItem: (key) => localStorage.getItem(PREFIX + key),
  setItem: (key, value) => localStorage.setItem(PREFIX + key, value),
  removeItem: (key) => localStorage.removeItem(PREFIX + key),
  clear: () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  },
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).length;
  },
};

const tabs = operations.map(({ text, variables }) => ({ query: text, variables }));

async function tokenOf(actorId) {
  const response = await fetch('demo/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ actorId }),
  });
  if (!response.ok) throw new Error(`No token for ${actorId}: status ${response.status}`);
  return (await response.json()).token;
}

function Page() {
  const [actorId, setActorId] = useState('');
  const [note, setNote] = useState('');
  const token = useRef(undefined);
  const fetcher = useRef(async (params) => {
    const bearer = token.current === undefined ? {} : { authorization: `Bearer ${await token.current}` };
    const response = await fetch('graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...bearer,
      },
      body: JSON.stringify(params),
    });
    return response.json();
  });
  const choose = (event) => {
    const chosen = event.target.value;
    setActorId(chosen);
    setNote(actors.find(({ id }) => id === chosen)?.description ?? '');
    token.current = chosen === '' ? undefined : tokenOf(chosen);
  };
  return (
    <>
      <div className="actor-bar">
        <label>
          Ask as{' '}
          <select value={actorId} onChange={choose}>
            <option value="">anonymous</option>
            {actors.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <output>{note}</output>
      </div>
      <GraphiQL
        fetcher={fetcher.current}
        defaultTabs={tabs}
        storage={storage}
        isHeadersEditorEnabled={false}
      />
    </>
  );
}

createRoot(document.getElementById('root')).render(<Page />);

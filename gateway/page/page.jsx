// The demo page: GraphiQL with the client operations as tabs, asked as the demo actor that is chosen above it.
import './workers.js';
import 'graphiql/style.css';
import './page.css';
import { GraphiQL } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';
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

const AS_SAID = 'as the operation says';
const ANONYMOUS = 'anonymous';

/** Operations name who sends them: `# as: acme-manager`. */
function actorSaidIn(text) {
  const said = /^#\s*as:\s*(\S+)/m.exec(text)?.[1];
  return actors.some(({ id }) => id === said) ? said : ANONYMOUS;
}

const tokens = new Map();

/** Introspection too is asked as the chosen actor; a token is fetched once. */
async function bearerOf(actorId) {
  if (actorId === ANONYMOUS) return {};
  if (!tokens.has(actorId)) tokens.set(actorId, tokenOf(actorId));
  try {
    return { authorization: `Bearer ${await tokens.get(actorId)}` };
  } catch (error) {
    tokens.delete(actorId);
    throw error;
  }
}

function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    // the gateway says what is wrong with it
    return false;
  }
}

/** A connection for each subscription, so that each is asked as the actor chosen when it began. */
async function* subscribe(params, actorId) {
  const url = new URL('graphql', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  const client = createClient({
    url: url.href,
    connectionParams: () => {
      // after a while the one at hand is no longer good
      tokens.delete(actorId);
      return bearerOf(actorId);
    },
  });
  try {
    yield* client.iterate(params);
  } finally {
    await client.dispose();
  }
}

function Page() {
  const [choice, setChoice] = useState(AS_SAID);
  const [note, setNote] = useState('');
  const chosen = useRef(AS_SAID);
  const fetcher = useRef(async (params) => {
    const actorId = chosen.current === AS_SAID ? actorSaidIn(params.query) : chosen.current;
    if (isSubscription(params)) return subscribe(params, actorId);
    const bearer = await bearerOf(actorId);
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
    const actorId = event.target.value;
    chosen.current = actorId;
    setChoice(actorId);
    setNote(actors.find(({ id }) => id === actorId)?.description ?? '');
  };
  return (
    <>
      <div className="actor-bar">
        <label>
          Ask as{' '}
          <select value={choice} onChange={choose}>
            <option>{AS_SAID}</option>
            <option>{ANONYMOUS}</option>
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

import fc from "fast-check";

/** A secret, and a text that somebody says it in. */
export interface Told {
  readonly secret: string;
  readonly words: string;
}

function of(alphabet: string, min: number, max = min): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max });
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const ALNUM = `${LOWER}${UPPER}${DIGITS}`;
const HEX = `${DIGITS}abcdef`;
const URL_SAFE = `${ALNUM}_-`;

// The beginnings are built from parts, so that no scanner takes this file for a leak.
/** Tokens that tell by themselves what they are, wherever they stand. */
const tokens: fc.Arbitrary<string> = fc.oneof(
  prefixed(`${"ghp"}_`, of(ALNUM, 36)),
  prefixed(`${"ghs"}_`, of(ALNUM, 36)),
  prefixed(`${"github"}_pat_`, of(`${ALNUM}_`, 82)),
  prefixed(`${"glpat"}-`, of(URL_SAFE, 20)),
  prefixed(`${"AKIA"}`, of(`${UPPER}${DIGITS}`, 16)),
  prefixed(`${"ASIA"}`, of(`${UPPER}${DIGITS}`, 16)),
  prefixed(`${"hf"}_`, of(ALNUM, 34)),
  prefixed(`${"pypi"}-`, of(URL_SAFE, 120, 180)),
  prefixed(`${"npm"}_`, of(ALNUM, 36)),
  prefixed(`${"sha256"}~`, of(URL_SAFE, 43)),
  prefixed(
    `${"xapp"}-1-A0`,
    of(`${UPPER}${DIGITS}`, 9),
    fc.constant("-"),
    of(DIGITS, 13),
    fc.constant("-"),
    of(HEX, 64),
  ),
  prefixed(`${"gsk"}_`, of(ALNUM, 52)),
  prefixed(`${"r8"}_`, of(ALNUM, 37)),
  prefixed(`${"rpa"}_`, of(ALNUM, 40)),
  prefixed(`${"xai"}-`, of(ALNUM, 80)),
  prefixed(`${"pplx"}-`, of(ALNUM, 48)),
  prefixed(`${"tvly"}-`, of(ALNUM, 32)),
  prefixed(`${"dop"}_v1_`, of(HEX, 64)),
  prefixed(`${"shpat"}_`, of(HEX, 32)),
  prefixed(`${"lsv2"}_pt_`, of(HEX, 32), fc.constant("_"), of(HEX, 10)),
  prefixed(`${"AKCp"}`, of(ALNUM, 69)),
  prefixed(`${"cmVmdGtu"}Oj`, of(ALNUM, 54)),
  prefixed("", of(ALNUM, 3), of(DIGITS, 1), fc.constant("Q~"), of(`${ALNUM}_.~-`, 30), of(ALNUM, 4)),
  fc
    .tuple(of(URL_SAFE, 20, 60), of(URL_SAFE, 20, 400), of(URL_SAFE, 43))
    .map(([head, body, signature]) => `eyJ${head}.eyJ${body}.${signature}`),
);

function prefixed(prefix: string, ...rest: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...rest).map((parts) => `${prefix}${parts.join("")}`);
}

/** What people and machines choose as passwords: it has a digit somewhere, so that it is no word. */
const passwords: fc.Arbitrary<string> = fc
  .tuple(of(ALNUM, 3, 12), of(DIGITS, 1, 2), of(`${ALNUM}!$%^*-_.,;&+~`, 2, 12), of(ALNUM, 3))
  .map((parts) => parts.join(""));

/** Keys that have no mark of their own; digits and letters take turns in them. */
const keys = fc
  .tuple(of(LOWER, 1, 3), of(DIGITS, 1), of(`${LOWER}${UPPER}`, 1, 3), of(DIGITS, 1), of(ALNUM, 16, 40))
  .map((parts) => parts.join(""));

/** Passwords as they may stand in a URL. */
const urlPasswords = passwords.map((each) => encodeURIComponent(each));

function said(secrets: fc.Arbitrary<string>, ...ways: readonly ((secret: string) => string)[]): fc.Arbitrary<Told> {
  return fc.tuple(secrets, fc.constantFrom(...ways)).map(([secret, way]): Told => ({ secret, words: way(secret) }));
}

/** A secret of a realistic shape, in words that programs say about it. */
export const told: fc.Arbitrary<Told> = fc.oneof(
  said(
    tokens,
    (it) => `remote: HTTP Basic: Access denied (${it})`,
    (it) => `bad credentials ${it}, give another one`,
    (it) => `{"level":"error","hint":"failed\\n${it}"}`,
    (it) => `fatal: unable to access 'https://x-access-token:${it}@git.example.com/t/r.git/': 403`,
    (it) => `fatal: unable to access 'https://${it}@git.example.com/t/r.git/': 403`,
  ),
  said(
    fc.oneof(tokens, of(`${ALNUM}._~+/-`, 20, 80)),
    (it) => `401 for Authorization: Bearer ${it}`,
    (it) => `headers: {'Authorization': 'Bearer ${it}', 'Accept': '*/*'}`,
    (it) => `curl -H "PRIVATE-TOKEN: ${it}" https://git.example.com failed`,
    (it) => `> Authorization: ApiKey ${it}`,
    (it) => `send: [('Accept', '*/*'), ('Authorization', 'Token ${it}')]`,
    (it) => `headers: map[Accept:[*/*] Authorization:[Acme ${it}]]`,
    (it) => `Authorization: Digest username="bob", uri="/", nonce="x", response="${it}"`,
    (it) => `headers: {"Set-Cookie": ["sid=${it}; Path=/; HttpOnly"]}`,
  ),
  said(
    urlPasswords,
    (it) => `Looking in indexes: https://pypi.org/simple, https://bob:${it}@pypi.example.com/simple`,
    (it) => `PIP_INDEX_URL=https://__token__:${it}@nexus.example.com/repository/pypi/simple pip failed`,
    (it) => `fatal: Authentication failed for 'https://bob:${it}@git.example.com/t/r.git/'`,
    (it) => `could not connect to postgresql://bob:${it}@db.example.com:5432/x`,
    (it) => `GET https://s3.example.com/b?X-Amz-Signature=${it}&X-Amz-Expires=60: 403`,
    (it) => `GET https://api.example.com/x?page=2&access_token=${it}: 401`,
    (it) => `{"error":"Get \\"https://blob.example.com/c?sv=2020\\u0026sig=${it}\\": EOF"}`,
    (it) => `<Error>https://blob.example.com/c?sv=2020&amp;sig=${it}</Error>`,
    (it) => `{"url":"https:\\/\\/bob:${it}@git.example.com\\/t\\/r.git","status":401}`,
    (it) => `GET https://sso.example.com/?next=https%3A%2F%2Fbob%3A${it}%40git.example.com%2Ft: 403`,
  ),
  said(
    passwords,
    (it) => `DB_PASSWORD=${it} is wrong`,
    (it) => `could not connect: user=bob,password=${it},host=db`,
    (it) => `Server=db;Password=${it};Database=x: login failed`,
    (it) => `{"user":"bob","password":"${it}"} was refused`,
    (it) => `connect(user='bob', password='${it}', port=5432)`,
    (it) => `login failed, the password is ${it} of course`,
    (it) => `psql --password ${it} -h db ended with 2`,
    (it) => `{\\u0022user\\u0022:\\u0022bob\\u0022,\\u0022password\\u0022:\\u0022${it}\\u0022} was refused`,
    (it) => `<pre>{&quot;password&quot;:&quot;${it}&quot;,&quot;user&quot;:&quot;bob&quot;}</pre>`,
    (it) => `login(user=b"u", Password=b"${it}") failed`,
    (it) => `form was {'user': ['bob'], 'password': ['${it}']}`,
    (it) => `MASTER_KEY=${it} and dbpass=${it} were refused`,
  ),
  said(
    keys,
    (it) => `wandb: API key ${it} invalid`,
    (it) => `Incorrect API key provided: ${it} (401)`,
    (it) => `api key '${it}' is not valid`,
    (it) => `invalid token ${it}`,
    (it) => `credentials: ${it} were refused`,
  ),
);

/** What programs say that speak of secrets and tell none. */
export const ORDINARY = [
  "fatal: unable to access 'https://git.example.com:8443/a.git/': Could not resolve host",
  "git@git.example.com: Permission denied (publickey).",
  "ssh://git@git.example.com:22/a.git not found",
  "cell 3 raised KeyError: 'token'",
  'secret "db" not found',
  "couldn't find key token in Secret team-a/db",
  "https://registry.example.com/v2/team/image@sha256:0123abc: not found",
  "pip install https://pypi.org/simple/@scope/x",
  "npm error 404 http://localhost:4873/npm/@scope/x",
  "docker://localhost:5000/team/image@sha256:0123abc: not found",
  "the option --token must be given, or --password with a value",
  "first pass: ok, bypass: none, PWD=/opt/app OLDPWD=/root",
  "docker run -u 1000:1000 image",
  "could not set the cookie: access denied",
  "credentials: team-a/db is not among spec.podConfig.credentials",
  '{"auth":"none","authority":"team-a"}',
  "failed to fetch anonymous token: unexpected status from GET request: 401 Unauthorized",
  "password==[redacted], token=>[redacted], secret==none",
  "unable to retrieve auth token: invalid username/password: unauthorized: incorrect username or password",
  "initializing source docker://quay.io/a/b:1: unable to retrieve auth token: Requesting bearer token: invalid status code",
  'failed to fetch oauth token: Post "https://auth.docker.io/token": dial tcp: i/o timeout',
  "failed to fetch oauth token: denied: requested access to the resource is denied",
  'exec: "/etc/passwd": permission denied',
  "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
  "SyntaxError: invalid token: line 3, column 1",
  "connect(host, port, password=None, token=None): password: required",
  "Access denied for user 'bob'@'10.0.0.1' (using password: YES)",
  "spec.notebook.git.credentialsSecret: git-creds is not there, nor pushSecret: quay-push",
  "max_tokens=4096, eos_token=</s>, temperature=0.2; num_tokens: 2048 & done",
  "the password is too short, the token is expired, the secret is missing, the api key is not set",
  "token is 4096 bytes long, password is base64-encoded, the token is /var/run/token1",
  'password authentication failed for user "bob2"',
  'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
  "the option --token required, PWD=../x OLDPWD=. was left; mysql -h db -P 3306; the login page, password field",
  "Invalid value for key: name: token, valueFrom: x; <password>: not found",
  "cart-api: connection refused, bypass=true, first pass: 1200 of 1200",
  "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
  "allowed headers are 'Authorization', 'Set-Cookie', 'Accept'; --authorization-mode=Node,RBAC; authorization failed (401)",
  '{"headers":["Authorization","Cookie"],"vary":"Authorization","cookie":"not set"}',
  "{&quot;token&quot;:null, &quot;secret&quot;:&quot;none&quot;}; %22password%22%3Atrue; \\u0022secret\\u0022: none; expected &quot;token&quot;, found &quot;}&quot;",
  "https:\\/\\/registry.example.com:8443\\/v2\\/team\\/image@sha256:0123abc; http:\\/\\/localhost:4873\\/npm\\/@scope\\/x",
  "https://h/?next=https%3A%2F%2Fgit.example.com%3A8443%2Fteam%2Fnpm%2F%40scope%2Fx&by=bob%40example.com",
  "https://h/x?page=2\\u0026order=desc&amp;size=10%26design%3D1",
  '{"password": ["This field may not be blank."], "token": ["required"], "secret": [], "api_key": [null]}',
  "invalid token at line 3, unexpected token identifier2, token NotebookValidation2026, API key not provided: see docs",
  "credentials: team-a-db-val-3f9a1c2b-1 is not there, creds: none, credentials: arn:aws:iam::123456789012:role/x",
  "invalid token kubernetes.io/service-account-token1, token python3.10.2-slim-bookworm, api key models/v1/x2/abcdefgh",
  "userpass: permission denied; a primary key, storage keys, the auth key is missing; -----BEGIN PGP PUBLIC KEY BLOCK-----",
  "xai-explainability-toolkit-package, xapp-onboarder-service-name, gsk_settings, r8_optimizer, rpa_robot, dop_v1_x",
  "ATATTGCGATTACAGATTACAGATTACAGATTACA is no token, nor is pplx-7b-online or k8Q~x",
  "ERROR: Could not find a version that satisfies the requirement pandas==9.9 (from versions: 1.0, 2.0)",
  "0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint {a: b}.",
  'pods "x" is forbidden: exceeded quota: q, requested: limits.memory=8Gi, used: 4Gi, limited: 8Gi',
];

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { REDACTED, redact } from "../../src/recovery/index.js";
import { ORDINARY, told } from "./real-looking-secrets.js";

// Built from parts, so that no scanner takes this file for a leak.
const github = `ghp_${"a1B2".repeat(9)}`;
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "c2lnbmF0dXJlc2lnbmF0dXJl"].join(".");
const mixed = "Zq7xR2mK9vLp4TnW8bYc";
const privateKey = [
  "-----BEGIN OPENSSH ",
  "PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nline2\n-----END OPENSSH PRIVATE KEY-----",
].join("");
const pgpKey = ["-----BEGIN PGP ", "PRIVATE KEY BLOCK-----\n\nlQOYBGAAAA\n-----END PGP PRIVATE KEY BLOCK-----"].join(
  "",
);

describe("secrets by their shape", () => {
  test.each([
    ["a password in a URL", "fatal: https://me:hunter2@git.example.com/a.git", "hunter2"],
    ["a password with @ and / in a URL", "https://me:p@ss/w0rd@git.example.com/a.git", "w0rd"],
    ["a token alone in a URL", "https://sometoken123@git.example.com/a.git", "sometoken123"],
    ["a token in a query", "GET https://h/x?access_token=abcdef123&y=1", "abcdef123"],
    ["a signature in a query", "https://s3/x?X-Amz-Signature=deadbeef", "deadbeef"],
    ["a GitHub token", `remote: ${github} is wrong`, github],
    ["a JSON web token", `token was ${jwt}`, jwt],
    ["an Authorization header", "Authorization: Bearer abcdefghijk", "abcdefghijk"],
    ["an AWS key", `key ${"AKIA"}${"ABCDEFGH12345678"}`, "ABCDEFGH12345678"],
    ["a private key", privateKey, "b3BlbnNzaC1rZXk"],
    ["a private key of PGP", `key: ${pgpKey}\nend`, "lQOYBG"],
    ["a private key of PGP that is cut", pgpKey.slice(0, 60), "lQOYBG"],
    ["a private key that is cut", privateKey.slice(0, 60), "b3Blbn"],
    ["an assignment", 'password = "correct horse"', "correct"],
    ["an environment variable", "DB_PASSWORD=s3cr3t!", "s3cr3t"],
    ["a short environment variable", "DB_PASS=s3cr3t!", "s3cr3t"],
    ["JSON within JSON", 'hook said {\\"user\\":\\"bob\\",\\"password\\":\\"s3cr3t-x\\"}', "s3cr3t"],
    ["a value of several words", "DB_PASSWORD='correct horse battery'", "battery"],
    ["a value with a backslash", "password=ab\\s3cr3t", "s3cr3t"],
    ["a name in camel case", "clientSecret: s3cr3t-x", "s3cr3t"],
    ["another", "dbPassword=s3cr3t-x", "s3cr3t"],
    ["a third", "secretAccessKey=wJalrXUtnFEMI/K7MDENG", "wJalr"],
    ["npm's token", "//registry.npmjs.org/:_authToken=s3cr3tvalue", "s3cr3t"],
    ["Azure's key", `AccountKey=${"abcdEFGH".repeat(8)}==;EndpointSuffix=x`, "abcdEFGH"],
    ["a passphrase", "passphrase: correcthorse", "horse"],
    ["a short password", "Server=db;Pwd=s3cr3t", "s3cr3t"],
    ["a colon that is written as %3D", "password%3Ds3cr3t", "s3cr3t"],
    ["docker's credentials", '{"auths":{"quay.io":{"auth":"Ym9iOmh1bnRlcjI="}}}', "Ym9i"],
    ["the same, all in base64", btoa('{"auths":{"quay.io":{"auth":"x"}}}'), "eyJhdXRo"],
    ["a cookie", "Cookie: session=abcdef0123; theme=dark", "abcdef"],
    ["a password that begins like a port", "unable to access https://bob:123/s3cr3t@git.example.com/x.git", "s3cr3t"],
    ["an option", "mysql --password s3cr3t-x -h db", "s3cr3t"],
    ["a user with a password", "curl -u bob:s3cr3t-x https://x", "s3cr3t"],
    ["a webhook", `https://hooks.slack.com/${"services"}/T00000000/B00000000/${"aB".repeat(12)}`, "B00000000"],
    ["a Stripe key", `${"sk_"}live_${"aB1".repeat(8)}`, "aB1aB1"],
    ["a Google client's secret", `${"GOCSPX"}-${"aB1_".repeat(7)}`, "aB1_aB1"],
    ["a Google token", `${"ya29"}.${"aB1_".repeat(9)}`, "aB1_aB1"],
    ["a Vault token", `x-vault-token ${"hvs"}.${"aB1_".repeat(9)}`, "aB1_aB1"],
    ["a Databricks token", `${"dapi"}${"0123abcd".repeat(4)}`, "0123abcd"],
    ["a GitLab agent's token", `${"glagent"}-${"aB1_".repeat(9)}`, "aB1_aB1"],
    ["a GitLab application's secret", `${"gloas"}-${"aB1_".repeat(9)}`, "aB1_aB1"],
    ["a value with a comma", "password=hunter2,s3cr3t", "s3cr3t"],
    ["a value with a semicolon", "DB_PASSWORD=hunter2;s3cr3t is wrong", "s3cr3t"],
    ["a value with an ampersand", "password: hunter2&s3cr3t", "s3cr3t"],
    ["a value with all of them before another field", "user=bob,password=a,b;c&s3cr3t,host=db", "s3cr3t"],
    ["a value with an apostrophe", 'password="it\'s s3cr3t"', "s3cr3t"],
    ["a value with a quotation mark", 'password="hunter\\"s3cr3t"', "s3cr3t"],
    ["a quoted value that is cut", 'password="correct horse', "horse"],
    ["a value in Ruby", '"password" => "s3cr3t-x"', "s3cr3t"],
    ["a password that is compared with two signs", "password==s3cr3t-x", "s3cr3t"],
    ["a value that is compared", "assert token == 's3cr3t-x'", "s3cr3t"],
    ["a name that is a whole word", "pass=s3cr3t-x", "s3cr3t"],
    ["a signing key", "SECRET_KEY=s3cr3t-x", "s3cr3t"],
    ["prose", "the password is s3cr3t.", "s3cr3t"],
    ["prose with a colon", "password is: s3cr3t", "s3cr3t"],
    ["prose about somebody", "password for user bob is s3cr3t", "s3cr3t"],
    ["prose about the past", "the token was s3cr3t-x", "s3cr3t"],
    ["prose without a verb", "login failed with password s3cr3t", "s3cr3t"],
    ["prose in quotes", 'invalid password "s3cr3t"', "s3cr3t"],
    ["prose in brackets", "wrong password (s3cr3t)", "s3cr3t"],
    ["a session in a query", "GET https://h/x?session=s3cr3t-x", "s3cr3t"],
    ["a code in a query", "https://h/callback?state=1&code=s3cr3t-x", "s3cr3t"],
    ["an option whose value begins with a word", "psql --password this-is-s3cr3t", "s3cr3t"],
    ["another", "nbv --token value.s3cr3t", "s3cr3t"],
    ["a short password that begins with a dot", "Server=db;Uid=sa;Pwd=.s3cr3t", "s3cr3t"],
    ["an entry of .netrc", "machine git.example.com login bob password correct-horse", "horse"],
    ["NVIDIA's key", `Invalid key ${"nvapi"}-${"aB1_".repeat(16)}`, "aB1_aB1"],
    ["Atlassian's token", `remote: ${"ATATT"}3xFfGF0${"aB1_".repeat(8)} is expired`, "aB1_aB1"],
    ["SendGrid's key", `key ${"SG"}.${"aB1_".repeat(6)}.${"cD2_".repeat(11)}`, "cD2_"],
    ["Kaggle's key", `{"username":"bob","key":"${"0123abcd".repeat(4)}"}`, "0123abcd"],
    ["the same within JSON", `{\\"key\\":\\"${"0123abcd".repeat(4)}\\"}`, "0123abcd"],
    ["a password right behind its option", "mysql -u root -ps3cr3t-x -h db", "s3cr3t"],
    ["the same, first", "mysqldump -ps3cr3t-x db", "s3cr3t"],
    ["a container's variable", "env: [{name: DB_PASSWORD, value: s3cr3t-x}]", "s3cr3t"],
    ["the same in JSON", '{"name":"DB_PASSWORD","value":"s3cr3t-x"}', "s3cr3t"],
    ["the same in YAML", "- name: API_TOKEN\n  value: s3cr3t-x", "s3cr3t"],
    ["an element of XML", "<server><password>correct horse</password></server>", "horse"],
    ["a token behind an escaped line end", `failed\\n${github}`, github],
    ["a token behind an escaped sign", `x%20${github}`, github],
    ["a scheme that is its vendor's", "Authorization: ApiKey correcthorse", "horse"],
    ["another", "> authorization: GenieKey 0123abcd-4567", "0123abcd"],
    ["a scheme that nobody knows", "Authorization: Acme x1y2z3", "x1y2z3"],
    ["the same with a secret without digits", `Authorization: Acme ${"aBcD".repeat(5)}`, "aBcD"],
    ["a digest", 'Authorization: Digest username="bob", realm="a, b", uri="/", response="s3cr3t"', "s3cr3t"],
    ["the same within JSON", '{"Authorization":"Digest username=\\"bob\\", response=\\"s3cr3t\\""}', "s3cr3t"],
    ["the same of a command", 'curl -H "Authorization: Digest nonce=\\"a\\", response=\\"s3cr3t\\"" h', "s3cr3t"],
    [
      "a request that is signed",
      "Authorization: AWS4-HMAC-SHA256 Credential=a/b/aws4_request, SignedHeaders=host;x-amz-date, Signature=s3cr3t",
      "s3cr3t",
    ],
    ["a token that is a parameter", 'Authorization: Token token="s3cr3t"', "s3cr3t"],
    ["a variable of CGI", "HTTP_AUTHORIZATION=Bearer s3cr3t-x", "s3cr3t"],
    ["a header of Go", "map[Authorization:[Bearer s3cr3t-x]]", "s3cr3t"],
    ["a header in bytes of Python", "{'Authorization': b'Basic s3cr3t-x'}", "s3cr3t"],
    ["a pair of Python", "('Authorization', 'Token abcdefgh')", "abcdefgh"],
    ["a pair without a scheme", "[('authorization', 's3cr3t-x'), ('accept', '*/*')]", "s3cr3t"],
    ["a header in a list", "{'Set-Cookie': ['sid=s3cr3t; Path=/']}", "s3cr3t"],
    ["the same over several lines", '"set-cookie": [\n    "sid=s3cr3t; Path=/"', "s3cr3t"],
    ["the same of Go", "map[Set-Cookie:[sid=s3cr3t; Path=/]]", "s3cr3t"],
    ["a pair that is a cookie", "('Set-Cookie', 'sid=s3cr3t')", "s3cr3t"],
    ["a signature in JSON of Go", '{"url":"https://h/x?sv=2020\\u0026sig=s3cr3t\\u0026se=1"}', "s3cr3t"],
    ["a signature in HTML", '<a href="https://h/x?sv=2020&amp;sig=s3cr3t">', "s3cr3t"],
    ["a signature in a URL's query", "https://h/?next=https%3A%2F%2Fg%2Fx%3Fsv%3D1%26sig%3Ds3cr3t", "s3cr3t"],
    ["a URL with escaped slashes", '{"url":"https:\\/\\/bob:s3cr3t@git.example.com\\/a.git"}', "s3cr3t"],
    ["the same with a token alone", "https:\\/\\/s3cr3ttoken@git.example.com\\/a.git", "s3cr3t"],
    ["the same within JSON", "https:\\\\/\\\\/bob:s3cr3t@git.example.com", "s3cr3t"],
    ["a URL in a URL's query", "https://h/?next=https%3A%2F%2Fbob%3As3cr3t%40git.example.com", "s3cr3t"],
    ["the same with a token alone", "https://h/?next=https%3a%2f%2fs3cr3ttoken%40git.example.com", "s3cr3t"],
    ["quotes as JSON may write them", "{\\u0022password\\u0022:\\u0022correct horse\\u0022}", "horse"],
    ["the same without blanks", "\\u0022token\\u0022: \\u0022s3cr3t-x", "s3cr3t"],
    ["quotes as HTML writes them", "{&quot;password&quot;:&quot;hunter2&amp;s3cr3t&quot;,&quot;a&quot;:1}", "s3cr3t"],
    ["others as HTML writes them", "password=&#34;correct horse&#34;", "horse"],
    ["quotes as URLs write them", "%7B%22password%22%3A%22s3cr3t%22%7D", "s3cr3t"],
    ["several words within JSON", '{\\"password\\":\\"correct horse\\"}', "horse"],
    ["bytes of Python", 'login(user=b"u", Password=b"correct horse")', "horse"],
    ["bytes of Python without blanks", "password: b's3cr3t-x', user: b'u'", "s3cr3t"],
    ["bytes of Python that are cut", "error password=b'correct-horse", "horse"],
    ["a form's field", '{"password": ["correct-horse"], "user": ["bob"]}', "horse"],
    ["a form's field within JSON", '{\\"password\\":[\\"correct-horse\\"]}', "horse"],
    ["a form's field in HTML", "{&quot;password&quot;:[&quot;correct-horse&quot;]}", "horse"],
    ["a tuple of Python", "{'token': (b's3cr3t-x',)}", "s3cr3t"],
    ["a master's key", "MASTER_KEY=s3cr3t-x", "s3cr3t"],
    ["a key of storage", "storage_key=s3cr3t-x", "s3cr3t"],
    ["a header of a key", "> x-auth-key: s3cr3t-x", "s3cr3t"],
    ["a key of Rails", "secret_key_base: s3cr3t-x", "s3cr3t"],
    ["a password of a database", "dbpass=s3cr3t-x, dbhost=h", "s3cr3t"],
    ["the same in JSON", '{"dbPass":"s3cr3t-x"}', "s3cr3t"],
    ["credentials for short", "CREDS=s3cr3t-x", "s3cr3t"],
    ["credentials", `credentials: ${mixed}`, mixed],
    ["credentials in JSON", `{"credentials":"${mixed}"}`, mixed],
    ["a key in prose", `wandb: API key ${mixed} invalid`, mixed],
    ["a key in prose and quotes", `api key '${mixed}' is not valid`, mixed],
    ["a key that was provided", `Incorrect API key provided: ${mixed}.`, mixed],
    ["a token in prose", `invalid token ${mixed}`, mixed],
    ["a name behind which nothing stands but its value", `aws_secret_access_key ${mixed}`, mixed],
    ["docker's credentials in JSON's other quotes", "\\u0022auth\\u0022:\\u0022Ym9iOmh1bnRlcjI=", "Ym9i"],
  ])("%s", (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain(REDACTED);
  });

  test.each(ORDINARY)("%s stays readable", (text) => {
    expect(redact(text)).toBe(text);
  });
});

test("what stands behind a private key remains", () => {
  expect(redact(`a ${pgpKey} b ${privateKey} c`)).toBe(`a ${REDACTED} b ${REDACTED} c`);
});

test("no secret of a realistic shape remains, and what is said around it does", () => {
  const around = fc.constantFrom(...ORDINARY);
  fc.assert(
    fc.property(around, told, around, (before, { secret, words }, after) => {
      const text = redact(`${before}\n${words}\n${after}`);
      expect(text).not.toContain(secret);
      expect(text.startsWith(`${before}\n`) && text.endsWith(`\n${after}`)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("ordinary texts stay as they are, whatever they follow", () => {
  const texts = fc.array(fc.constantFrom(...ORDINARY), { minLength: 2, maxLength: 6 });
  const between = fc.constantFrom("\n", ". ", "; ", " | ");
  fc.assert(
    fc.property(texts, between, (all, by) => expect(redact(all.join(by))).toBe(all.join(by))),
    { numRuns: 1_000 },
  );
});

describe("secrets by their value", () => {
  test("are gone wherever they stand, longer ones first", () => {
    expect(redact("a=hunter2 b=hunter2-long", ["hunter2", "hunter2-long"])).toBe(`a=${REDACTED} b=${REDACTED}`);
  });

  test("too short ones don't tear the text apart", () => {
    expect(redact("one and two", ["o", "", "and"])).toBe("one and two");
  });

  test("never remain, whatever the text", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9$.*+?()[\]\\]{6,20}$/).filter((each) => !REDACTED.includes(each));
    fc.assert(
      fc.property(fc.array(fc.oneof(value, fc.string())), fc.array(value), (parts, values) => {
        const text = redact([...parts, ...values].join(" "), values);
        for (const each of values) expect(text.split(REDACTED).join("")).not.toContain(each);
      }),
    );
  });
});

test("doing it twice changes nothing", () => {
  const text = fc
    .array(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          "https://",
          "a:b@",
          "token=",
          "abcd",
          " ",
          "Bearer ",
          github,
          "\\",
          '"',
          "'",
          "--password ",
          "Cookie: a=",
          "-u ",
          "/",
          "password is ",
          "x1y2",
          ",",
          "&a=",
          "(",
          "=>",
          "Authorization: ",
          "Authorization: [",
          "'Authorization', ",
          "Acme ",
          'response="x1", ',
          "\\u0022",
          "&quot;",
          "%3A%2F%2F",
          "%40",
          "Set-Cookie",
          ": ",
          "password",
          "=b'",
          '["',
          "]",
          "[&quot;",
          "credentials: ",
          "invalid token ",
          mixed,
        ),
      ),
    )
    .map((all) => all.join(""));
  fc.assert(fc.property(text, (each) => redact(redact(each)) === redact(each)));
});

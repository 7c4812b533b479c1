/** Modules whose package on PyPI has another name. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  attr: "attrs",
  bs4: "beautifulsoup4",
  cairo: "pycairo",
  cv2: "opencv-python-headless",
  Crypto: "pycryptodome",
  dateutil: "python-dateutil",
  docx: "python-docx",
  dotenv: "python-dotenv",
  faiss: "faiss-cpu",
  fitz: "PyMuPDF",
  git: "GitPython",
  googleapiclient: "google-api-python-client",
  haystack: "haystack-ai",
  IPython: "ipython",
  igraph: "python-igraph",
  jose: "python-jose",
  jwt: "PyJWT",
  kafka: "kafka-python",
  ldap: "python-ldap",
  lightning: "lightning",
  magic: "python-magic",
  mpl_toolkits: "matplotlib",
  MySQLdb: "mysqlclient",
  OpenSSL: "pyOpenSSL",
  osgeo: "GDAL",
  PIL: "pillow",
  pkg_resources: "setuptools",
  pptx: "python-pptx",
  psycopg2: "psycopg2-binary",
  pydantic_settings: "pydantic-settings",
  pytorch_lightning: "pytorch-lightning",
  sentence_transformers: "sentence-transformers",
  serial: "pyserial",
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  skopt: "scikit-optimize",
  slugify: "python-slugify",
  snowflake: "snowflake-connector-python",
  sqlalchemy: "SQLAlchemy",
  tensorflow_datasets: "tensorflow-datasets",
  torch_geometric: "torch-geometric",
  usb: "pyusb",
  umap: "umap-learn",
  win32com: "pywin32",
  yaml: "PyYAML",
  zmq: "pyzmq",
};

/** Modules that many packages share: which one is missing can't be told by the name. */
const SHARED: ReadonlySet<string> = new Set(["azure", "google"]);

const MODULE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The package to require for `import module`, or `undefined` when the name does not tell. */
export function distributionOf(module: string): string | undefined {
  const top = module.split(".", 1)[0] ?? "";
  if (!MODULE_NAME.test(top) || SHARED.has(top)) return undefined;
  return Object.hasOwn(DISTRIBUTIONS, top) ? DISTRIBUTIONS[top] : top.replaceAll("_", "-");
}

const MISSING = /No module named '([\w.]{1,128})'/;

/** The module that an error's message says is missing. */
export function missingModule(message: string): string | undefined {
  return MISSING.exec(message)?.[1];
}

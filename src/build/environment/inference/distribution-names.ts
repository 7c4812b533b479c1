/**
 * Distributions whose name is not that of the module that they install, as their own documentation says it. Dotted names are
 * of namespace packages: the longest that fits counts.
 */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  attr: "attrs",
  bs4: "beautifulsoup4",
  community: "python-louvain",
  Crypto: "pycryptodome",
  Cryptodome: "pycryptodomex",
  cv2: "opencv-python-headless",
  databricks: "databricks-sdk",
  dateutil: "python-dateutil",
  dns: "dnspython",
  docx: "python-docx",
  dotenv: "python-dotenv",
  faiss: "faiss-cpu",
  fitz: "PyMuPDF",
  git: "GitPython",
  github: "PyGithub",
  grpc: "grpcio",
  "google.api_core": "google-api-core",
  "google.auth": "google-auth",
  "google.cloud.aiplatform": "google-cloud-aiplatform",
  "google.cloud.bigquery": "google-cloud-bigquery",
  "google.cloud.pubsub": "google-cloud-pubsub",
  "google.cloud.pubsub_v1": "google-cloud-pubsub",
  "google.cloud.storage": "google-cloud-storage",
  "google.generativeai": "google-generativeai",
  "google.oauth2": "google-auth",
  "google.protobuf": "protobuf",
  "azure.core": "azure-core",
  "azure.identity": "azure-identity",
  "azure.ai.ml": "azure-ai-ml",
  "azure.storage.blob": "azure-storage-blob",
  hydra: "hydra-core",
  imblearn: "imbalanced-learn",
  jose: "python-jose",
  jwt: "PyJWT",
  kafka: "kafka-python",
  ldap: "python-ldap",
  magic: "python-magic",
  mpl_toolkits: "matplotlib",
  mysql: "mysql-connector-python",
  MySQLdb: "mysqlclient",
  nacl: "PyNaCl",
  OpenSSL: "pyOpenSSL",
  osgeo: "GDAL",
  PIL: "Pillow",
  pkg_resources: "setuptools",
  pl_bolts: "lightning-bolts",
  pptx: "python-pptx",
  psycopg2: "psycopg2-binary",
  pylab: "matplotlib",
  bson: "pymongo",
  gridfs: "pymongo",
  pythoncom: "pywin32",
  ruamel: "ruamel.yaml",
  "ruamel.yaml": "ruamel.yaml",
  serial: "pyserial",
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  skopt: "scikit-optimize",
  skvideo: "scikit-video",
  slugify: "python-slugify",
  socks: "PySocks",
  talib: "TA-Lib",
  telegram: "python-telegram-bot",
  umap: "umap-learn",
  usb: "pyusb",
  websocket: "websocket-client",
  win32api: "pywin32",
  win32com: "pywin32",
  yaml: "PyYAML",
  zmq: "pyzmq",
};

/** Modules that only one place has, and no index. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "google.colab": "it is only there on Google Colab",
  dbutils: "it is only there on Databricks",
  "databricks.sdk.runtime": "it is only there on Databricks",
  kaggle_secrets: "it is only there on Kaggle",
  kaggle_datasets: "it is only there on Kaggle",
  sagemaker_studio_image_build: "it is only there on SageMaker Studio",
};

/** Which distribution a module comes from. */
export type Distribution =
  | { readonly kind: "distribution"; readonly name: string }
  /** None, for people. */
  | { readonly kind: "none"; readonly why: string };

/** The distribution of a module, by its dotted name. Without a known one it is called as its top-level module is. */
export function distributionOf(module: string): Distribution {
  const segments = module.split(".");
  for (let length = segments.length; length > 0; length--) {
    const prefix = segments.slice(0, length).join(".");
    if (Object.hasOwn(ELSEWHERE, prefix)) return { kind: "none", why: ELSEWHERE[prefix] ?? "" };
    if (Object.hasOwn(DISTRIBUTIONS, prefix)) return { kind: "distribution", name: DISTRIBUTIONS[prefix] ?? prefix };
  }
  const [top = ""] = segments;
  if (NAMESPACES.has(top)) return { kind: "none", why: "several distributions share this name" };
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9_]*[A-Za-z0-9])?$/.test(top))
    return { kind: "none", why: "no distribution has such a name" };
  return { kind: "distribution", name: top.replaceAll("_", "-") };
}

/** Their own name is nobody's distribution, or another's. */
const NAMESPACES: ReadonlySet<string> = new Set([
  "google",
  "azure",
  "opentelemetry",
  "backports",
  "zope",
  "sphinxcontrib",
]);

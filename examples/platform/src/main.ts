import { App } from "cdk8s";
import { PlatformChart } from "./platform-chart.js";
import { TeamChart } from "./team-chart.js";

const app = new App();
const platform = new PlatformChart(app, "platform");
const fraud = new TeamChart(app, "team-fraud", {
  namespace: "fraud",
  repository: "https://git.example.org/fraud/notebooks.git",
  release: "v2026.11.3",
  notebooks: ["features/build-features.ipynb", "models/train-isolation-forest.ipynb"],
  // kubectl get nvj models-train-isolation-forest -n fraud -o jsonpath='{.status.buildStatus.recommendedImage}'
  validatedImage:
    "registry.example.org/fraud/notebooks@sha256:5f1c9a0a4b7d2f8be3c6d1907a55e2b4c8f03d6e917ab2458cde30f1672b98d4",
});
fraud.addDependency(platform);
app.synth();

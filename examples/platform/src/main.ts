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
});
fraud.addDependency(platform);
app.synth();

import { notebookValidatorApp } from "./notebook-validator-app.js";

notebookValidatorApp().synth();

import { mount } from "svelte";
import App from "./app.svelte";
import "./theme.css";

const target = document.getElementById("console");
if (target === null) throw new Error('index.html has no element with id "console" to show the page in');
mount(App, { target });

import { feature } from "../core/feature";
import find from "../shared/find.css?inline";
import list from "../shared/list.css?inline";
import { Board } from "./board";
import groups from "./groups.css?inline";
import matrix from "./matrix.css?inline";
import { ProgressView } from "./view";
import view from "./view.css?inline";

const styles = [list, find, view, groups, matrix];

export default feature((connection) => new Board(connection), ProgressView, styles);

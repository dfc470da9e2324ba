import { feature } from "../core/feature";
import find from "../shared/find.css?inline";
import shared from "../shared/list.css?inline";
import hands from "./hands.css?inline";
import list from "./list.css?inline";
import mine from "./own_status.css?inline";
import { People } from "./people";
import { PeopleView } from "./view";
import view from "./view.css?inline";

const styles = [shared, find, view, list, hands, mine];

export default feature((connection) => new People(connection), PeopleView, styles);

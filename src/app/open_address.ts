/** For commands that open a web page: the same way as the tray's. */
export { openAddress } from "../desktop/actions/open_address.ts";

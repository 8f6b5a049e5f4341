/**
 * Gives the right to load libraries back, where this process has it: a compiled binary has one set of permissions for
 * all that it can be, and only its child that shows the GTK icon needs that one. From source the daemon never had it.
 * What is given back cannot be had again in this process; children are not touched.
 */
export function dropFfi({ isStandalone = Deno.build.standalone } = {}): void {
  if (isStandalone && Deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    Deno.permissions.revokeSync({ name: "ffi" });
  }
}

// Creates the users of a sharded cluster and adds its two shards; run again, it changes nothing. It runs beside mongos.
const fs = require("fs");
const read = (name) => fs.readFileSync(`/secrets/mongo/${name}`, "utf8").trim();
const admin = db.getSiblingDB("admin");

function known() {
    try {
        return admin.auth("admin", read("admin_password")).ok === 1;
    } catch (error) {
        return false;
    }
}

if (!known()) {
    admin.createUser({ user: "admin", pwd: read("admin_password"), roles: ["root"] });
    known();
}
const there = admin.runCommand({ listShards: 1 }).shards.map((shard) => shard._id);
for (const name of ["shard-1", "shard-2"]) {
    if (!there.includes(name)) sh.addShard(`${name}/${name}:27017`);
}
load("/mongo/roles.js");
load("/init/users.js");
print("The shards and users exist; `docker compose run --rm operator shard_views` shards the collections.");

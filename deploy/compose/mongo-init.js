// Creates a replica set of mongo-1 to mongo-3 and its users; run again, it changes nothing.
//
// It runs in mongo-1's network, over the loopback: MongoDB accepts that without a login until the first user exists.
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
    try {
        rs.initiate({
            _id: "rs0",
            members: [1, 2, 3].map((number) => ({ _id: number, host: `mongo-${number}:27017`, priority: number === 1 ? 2 : 1 })),
        });
    } catch (error) {
        if (error.codeName !== "AlreadyInitialized") throw error;
    }
    while (!db.hello().isWritablePrimary) sleep(500);
    admin.createUser({ user: "admin", pwd: read("admin_password"), roles: ["root"] });
    known();
}

load("/mongo/roles.js");
load("/init/users.js");
print("The replica set and its users exist.");

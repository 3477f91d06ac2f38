// Creates the roles of MongoDB's users, or brings them up to date; a MongoDB without access control needs none of them.
//
//   MONGODB_DATABASE=moviedb mongosh "mongodb://admin@host/?authSource=admin" --file deploy/mongo/roles.js
//
// The table says what each kind of process may do in which collection. "" stands for the database, "config.collections"
// for the list of sharded collections, "cluster" for the server.
const rolesOfLambdaserve = {
    "lambdaserve_service": {
        "batch_views": ["find", "listIndexes", "collStats", "indexStats", "changeStream"],
        "speed_views": ["find", "listIndexes", "collStats", "indexStats", "changeStream"],
        "batch_runs": ["find", "insert", "update"],
        "slow_queries": ["find", "insert", "createCollection", "convertToCapped"],
        "view_migrations": ["find"],
        "": ["listCollections", "dbStats"],
        "config.collections": ["find"]
    },
    "lambdaserve_producer": {
        "batch_views": ["find", "insert", "update", "remove"],
        "speed_views": ["find", "insert", "update", "remove"],
        "batch_runs": ["find", "insert", "update"],
        "sample_world": ["find", "insert", "update"],
        "config.collections": ["find"]
    },
    "lambdaserve_operator": {
        "batch_views": ["find", "insert", "update", "remove", "createCollection", "collMod", "createIndex", "dropIndex", "listIndexes", "collStats", "indexStats", "enableSharding"],
        "speed_views": ["find", "insert", "update", "remove", "createCollection", "collMod", "createIndex", "dropIndex", "listIndexes", "collStats", "indexStats", "enableSharding"],
        "batch_runs": ["find", "insert", "update"],
        "sample_world": ["find", "insert", "update"],
        "slow_queries": ["find"],
        "view_migrations": ["find", "insert", "update", "remove"],
        "": ["listCollections", "dbStats"],
        "config.collections": ["find"],
        "cluster": ["inprog", "listShards"]
    }
};

for (const role of Object.keys(rolesOfLambdaserve)) {
    const privileges = [];
    for (const name of Object.keys(rolesOfLambdaserve[role])) {
        let resource = { db: process.env.MONGODB_DATABASE || "moviedb", collection: name };
        if (name === "cluster") resource = { cluster: true };
        if (name === "config.collections") resource = { db: "config", collection: "collections" };
        privileges.push({ resource: resource, actions: rolesOfLambdaserve[role][name] });
    }
    // Only a role of the database admin may name another database, or the server.
    const admin = db.getSiblingDB("admin");
    if (admin.getRole(role) === null) admin.createRole({ role: role, privileges: privileges, roles: [] });
    else admin.updateRole(role, { privileges: privileges, roles: [] });
}

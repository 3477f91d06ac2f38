// Creates the service's users, each with the one role of its kind (deploy/mongo/roles.js); existing ones keep no other role.
for (const name of ["service", "producer", "operator"]) {
    const own = db.getSiblingDB("moviedb");
    const user = name === "service" ? "lambdaserve" : name;
    const roles = [{ role: "lambdaserve_" + name, db: "admin" }];
    const pwd = require("fs").readFileSync("/secrets/mongo/" + name + "_password", "utf8").trim();
    if (own.getUser(user) === null) own.createUser({ user: user, pwd: pwd, roles: roles });
    else own.updateUser(user, { roles: roles });
}

// Turns one server of a sharded cluster (a shard or the config server) into a replica set of one member.
const own = process.env.MEMBER;
try {
    rs.initiate({
        _id: own,
        configsvr: process.env.IS_CONFIG === "1" || undefined,
        members: [{ _id: 0, host: `${own}:27017` }],
    });
} catch (error) {
    if (!["AlreadyInitialized", "Unauthorized"].includes(error.codeName)) throw error;
}
print(`${own} is a replica set.`);

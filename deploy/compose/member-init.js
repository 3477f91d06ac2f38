// Makes one server of a sharded cluster (a shard, or the keeper of its configuration) a replica set of one.
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

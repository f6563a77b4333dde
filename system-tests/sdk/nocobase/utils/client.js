// The SDK asks for the names of cookies; outside a browser there are none.
exports.getAuthCookieName = (type, app) => `nb_${type}_${app}`;

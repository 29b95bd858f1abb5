module.exports = { name: 'pktgen', napi_versions: [8] };

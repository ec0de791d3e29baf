/** Requests for certificates, as openssl makes them; PEM, in base64 as objects have it. */
const encoded = (text: string): string =>
  Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${text.trim()}\n-----END CERTIFICATE REQUEST-----\n`).toString(
    'base64',
  )

/** CN=jane, O=devs. */
export const jane = encoded(`
MIHYMIGAAgEAMB4xDTALBgNVBAoMBGRldnMxDTALBgNVBAMMBGphbmUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARxhjRBYGNEcqSEun+bgQXTAvXESivU8IFL9v1a
xFC+7Bq56aBba2qQr99qWXwmVc+CSZ49c8EVZL4YryzIwZdFoAAwCgYIKoZIzj0E
AwIDRwAwRAIgFIjZ1JT4r3fX4fNIb3He22ZXCN4uLvXKinzwXJHXE0cCIAeJgsI0
Kg99mJCXAGWvavTPT/xYdqU1MyX7tnCNy6p/`)

/** CN=jane, O=system:masters. */
export const master = encoded(`
MIHkMIGKAgEAMCgxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQ0wCwYDVQQDDARq
YW5lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcYY0QWBjRHKkhLp/m4EF0wL1
xEor1PCBS/b9WsRQvuwauemgW2tqkK/fall8JlXPgkmePXPBFWS+GK8syMGXRaAA
MAoGCCqGSM49BAMCA0kAMEYCIQCW/6ztI+pNC9Pkw5skbabn88RWiBTJTvj3PfPS
hSR2fwIhANwNR6vnVJ4k1wkGS/0aBdVjCVa3Ct/eJq1NuanWY2fD`)

/** CN=system:node:n1, O=system:nodes. */
export const node = encoded(`
MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz
dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARxhjRBYGNEcqSE
un+bgQXTAvXESivU8IFL9v1axFC+7Bq56aBba2qQr99qWXwmVc+CSZ49c8EVZL4Y
ryzIwZdFoAAwCgYIKoZIzj0EAwIDSAAwRQIhAOwJNsApYOdluRe1V74gqzl/zhFH
ynU2aRD9vldfR20cAiBZPDHkl78Q2iO7A1jQP/aZVIgskdh86bk8TxDlOJz0Vg==`)

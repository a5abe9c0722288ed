import json, httpx
from tests.live.conftest import *
def test_x(server, client, member):
    sch = client.get("/swagger.json").json()
    json.dump(sch, open("/tmp/swagger.json","w"), indent=1)
    for p, ms in sch["paths"].items():
        print(p, [m for m in ms if m!="parameters"])
    print(sch["paths"]["/api/clients/"])
    for m in ["GET","HEAD","OPTIONS","PUT","BREW", "TRACE"]:
        r = client.request(m, "/api/clients/")
        print(m, r.status_code, r.headers, r.text[:300])
    for h in [{"Host":"evil.example"}]:
        r = client.get("/api/clients/", headers=h); print(r.status_code, r.headers, r.text)
        r = client.get("/health/live", headers=h); print(r.status_code, r.headers, r.text)

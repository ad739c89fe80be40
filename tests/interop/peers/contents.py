"""What the minted credentials say. Nobody is meant by it."""

import datetime


def day(now: int, days: int) -> str:
    """A calendar day, counted from today."""
    return datetime.datetime.fromtimestamp(now + days * 86_400, datetime.UTC).strftime("%Y-%m-%d")


def dcc(now: int) -> dict:
    """The three kinds of EU DCC."""
    body = {
        "ver": "1.3.0",
        "nam": {"fn": "Person", "gn": "Test", "fnt": "PERSON", "gnt": "TEST"},
        "dob": "1990-12-31",
    }
    shared = {"tg": "840539006", "co": "XX", "is": "Interop Authority"}
    dose = shared | {
        "ci": "URN:UVCI:01:XX:INTEROPV1#1",
        "vp": "1119349007",
        "mp": "EU/1/20/1528",
        "ma": "ORG-100030215",
        "dn": 2,
        "sd": 2,
        "dt": day(now, -30),
    }
    test = shared | {
        "ci": "URN:UVCI:01:XX:INTEROPT1#2",
        "tt": "LP6464-4",
        "nm": "Interop NAAT",
        "sc": day(now, -1) + "T08:30:00Z",
        "tr": "260415000",
        "tc": "Interop Centre",
    }
    recovery = shared | {
        "ci": "URN:UVCI:01:XX:INTEROPR1#3",
        "fr": day(now, -40),
        "df": day(now, -29),
        "du": day(now, 140),
    }
    return {"vaccination": body | {"v": [dose]}, "test": body | {"t": [test]}, "recovery": body | {"r": [recovery]}}


def fhir_bundle(now: int) -> dict:
    """A person and two doses, as SMART Health Cards model them."""

    def dose(at: int, lot: str) -> dict:
        return {
            "fullUrl": f"resource:{at}",
            "resource": {
                "resourceType": "Immunization",
                "status": "completed",
                "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
                "patient": {"reference": "resource:0"},
                "occurrenceDateTime": day(now, -90 + 30 * at),
                "performer": [{"actor": {"display": "Interop Clinic"}}],
                "lotNumber": lot,
            },
        }

    patient = {
        "resourceType": "Patient",
        "name": [{"family": "Person", "given": ["Test"]}],
        "birthDate": "1990-12-31",
    }
    entries = [{"fullUrl": "resource:0", "resource": patient}, dose(1, "0000001"), dose(2, "0000002")]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def health_card(now: int) -> dict:
    """The member `vc` of a SMART Health Card."""
    return {
        "type": ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"],
        "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": fhir_bundle(now)},
    }


def covid_pass() -> dict:
    """The claim `vc` of an NZ COVID Pass."""
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://nzcp.covid19.health.nz/contexts/v1"],
        "version": "1.0.0",
        "type": ["VerifiableCredential", "PublicCovidPass"],
        "credentialSubject": {"givenName": "Test", "familyName": "Person", "dob": "1990-12-31"},
    }

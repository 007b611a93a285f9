

def test_validators_that_were_warmed_are_not_made_again(monkeypatch):
    documents.warm("audit")

    def never(*arguments, **options):
        raise AssertionError("made again")

    monkeypatch.setattr(documents.jsonschema, "Draft202012Validator", never)
    assert documents.problems({}, "audit")


def test_nothing_is_warmed_without_jsonschema(monkeypatch):
    monkeypatch.setattr(documents, "JSONSCHEMA_MISSING", True)
    documents.warm("audit")

"""Code as people write it: "quotes", 'others', ${Not} a substitution, {% no expression %}, a tab	and trailing blanks.   

"""

LEVELS = {"a": 1}


def handler(event, context):
    return {"cleaned": [f"{key}: {value}" for key, value in event.items()]}  # über ☃

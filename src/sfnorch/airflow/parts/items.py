def is_true(value):
    """Return whether the value is true in a condition of the plan."""
    if isinstance(value, list):
        return any(map(is_true, value))
    return bool(value)


def compile_code(context, code):
    """Return a function that evaluates an expression of the plan for an item."""
    env = context["ti"].task.get_template_env().overlay(undefined=ChainableUndefined)
    env.filters = {**env.filters, "truth": is_true}
    evaluate = env.compile_expression(code)
    names = {name: context[name] for name in ("dag_run", "params", "run_id")}
    return lambda item: evaluate(task={"item": item}, **names)


def name_of(value):
    """Return the value as the name of an item."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def list_items(**context):
    """Return the items whose jobs run, each with its name."""
    found = read_items(context)
    if not isinstance(found, list):
        raise AirflowFailException("the items are not a list")
    find_name = compile_code(context, CODE["item_name"])
    is_selected = compile_code(context, CODE["select"])
    items = []
    for item in found:
        if is_true(is_selected(item)):
            name = find_name(item)
            name = name_of(item if name is None else name)
            items.append({"item": item, "item_name": name})
    if NAMES_DIFFER and len({each["item_name"] for each in items}) < len(items):
        raise AirflowFailException("the items must have different names")
    most = conf.getint("core", "max_map_length", fallback=1024)
    if len(items) > most:
        raise AirflowFailException(
            f"{len(items)} items, but Airflow maps a task to {most} at most:"
            " increase core.max_map_length"
        )
    print(f"{len(items)} of {len(found)} items are selected")
    return items

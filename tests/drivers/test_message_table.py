from __future__ import annotations

from drivers.message_table import MessageTable


def order_of(sequences: list[int]) -> list[int]:
    table = MessageTable[int]()
    for sequence in sequences:
        table.insert(sequence, sequence)
    return list(table)


def test_up_to_66_the_order_is_ascending() -> None:
    assert order_of([3, 1, 66, 2]) == [1, 2, 3, 66]


def test_67_is_the_first_bucket() -> None:
    assert order_of([66, 67, 68, 69, 70]) == [67, 68, 69, 70, 66]


def test_a_bucket_keeps_the_order_of_insertion() -> None:
    assert order_of([1, 67, 134, 2, 68]) == [67, 134, 1, 68, 2]


def test_eighty_one_messages_wrap_around() -> None:
    order = order_of(list(range(60, 141)))
    assert order[:6] == [67, 134, 68, 135, 69, 136]
    assert order[-5:] == [64, 131, 65, 132, 66, 133][-5:]


def test_the_table_grows_with_the_135th_message() -> None:
    assert order_of(list(range(1, 161))) == list(range(1, 161))
    assert order_of(list(range(1, 135)))[:3] == [67, 134, 1]


def test_a_message_is_found_by_its_sequence() -> None:
    table = MessageTable[str]()
    table.insert(5, "five")
    assert (table.get(5), table.get(6)) == ("five", None)

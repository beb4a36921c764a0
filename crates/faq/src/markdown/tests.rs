//! The shapes that FAQs have in Markdown.

use super::*;

fn read(text: &str) -> Vec<(u64, String, String)> {
    let line = |place| match place {
        Place::Line(line) | Place::Item(line) => line,
    };
    pairs(text)
        .unwrap()
        .into_iter()
        .filter_map(Result::ok)
        .map(|pair| (line(pair.place), pair.question, pair.answer))
        .collect()
}

fn faults(text: &str) -> Vec<String> {
    pairs(text).unwrap().into_iter().filter_map(Result::err).map(|fault| fault.to_string()).collect()
}

#[track_caller]
fn assert_pairs(text: &str, expected: &[(u64, &str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(line, q, a)| (*line, (*q).to_owned(), (*a).to_owned())).collect();
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn headings_ask_and_the_text_under_them_answers() {
    let text = "# FAQ\n\nHello.\n\n## 1. How do I `restart` it?\n\nSo:\n\n```sh\n# not a heading?\nsystemctl restart\n```\n\n\
                - [docs](https://x)\n- two\n\n## 2. Why?\n\nBecause.\n";
    let answer = "So:\n\n```sh\n# not a heading?\nsystemctl restart\n```\n\n- [docs](https://x)\n- two";
    assert_pairs(text, &[(5, "How do I restart it?", answer), (17, "Why?", "Because.")]);
    assert_eq!(faults(text), ["line 3: this text belongs to no question and was passed over"]);
}

#[test]
fn sections_hold_questions_and_answers_have_parts() {
    let text = "FAQ\n===\n\n## Install\n\n### How?\n\nFirst:\n\n#### Linux\n\napt\n\n#### Windows\n\nexe\n\n### Where?\n\nHere\n\n## Billing\n\n### Who pays?\n\nYou\n";
    let how = "First:\n\n#### Linux\n\napt\n\n#### Windows\n\nexe";
    assert_pairs(text, &[(6, "How?", how), (18, "Where?", "Here"), (24, "Who pays?", "You")]);
    assert!(faults(text).is_empty());
}

#[test]
fn headings_that_do_not_ask_are_topics() {
    let text = "# Handbook\n\n## Opening hours\n\nNine to six.\n\n## Parking ##\n\nBehind the house.\n";
    assert_pairs(text, &[(3, "Opening hours", "Nine to six."), (7, "Parking", "Behind the house.")]);
}

#[test]
fn a_question_without_an_answer_is_told() {
    let text = "## Why?\n\n## How?\n\nSo.\n";
    assert_pairs(text, &[(3, "How?", "So.")]);
    assert_eq!(faults(text), ["line 1: there is no text under the question `Why?`"]);
}

#[test]
fn labels_mark_questions_and_answers() {
    let text = "# Help\n\n**Q:** How?\n\n**A:** So.\n\nAnd so:\n\n```\nQ: not this\n```\n\n---\n\nQ: Which of\nthem?\nA: Both\n- one\n- two\n";
    let how = "So.\n\nAnd so:\n\n```\nQ: not this\n```";
    assert_pairs(text, &[(3, "How?", how), (15, "Which of them?", "Both\n- one\n- two")]);
    assert_pairs("### Q: Why?\n\nSo.\n\n### Q: Who?\nA: Me\n", &[(1, "Why?", "So."), (5, "Who?", "Me")]);
    assert_pairs(
        "Вопрос: Где?\nОтвет: Тут\n\nВопрос: Когда?\nОтвет: Сейчас\n",
        &[(1, "Где?", "Тут"), (4, "Когда?", "Сейчас")],
    );
    assert_eq!(
        faults("A: what\nQ: Why?\nA: so\n"),
        ["line 1: there is an answer without a question before it"]
    );
}

#[test]
fn bold_lines_ask() {
    let text = "# FAQ\n\n**How do I pay?**\n\nBy card.\n\n**Note** well.\n\n**Can I wait?**  \nYes.\n\n**Really?** Really.\n";
    assert_pairs(
        text,
        &[
            (3, "How do I pay?", "By card.\n\n**Note** well."),
            (9, "Can I wait?", "Yes."),
            (12, "Really?", "Really."),
        ],
    );
    let list = "1. **How?**\n\n   So.\n\n   - a\n   - b\n\n2. **Why?** Because.\n";
    assert_pairs(list, &[(1, "How?", "So.\n\n- a\n- b"), (8, "Why?", "Because.")]);
}

#[test]
fn bold_questions_need_no_blank_line_before_them() {
    let text = "**How do I pay?**\nBy card,\n**now** or later.\n**Can I wait?**\nYes.\n";
    assert_pairs(text, &[(1, "How do I pay?", "By card,\n**now** or later."), (4, "Can I wait?", "Yes.")]);
    assert_pairs("*How?*\nSo.\n*Why?*\nBecause.\n", &[(1, "How?", "So."), (3, "Why?", "Because.")]);
}

#[test]
fn definition_lists_and_summaries_are_read() {
    let text = "## Terms\n\nGenome\n: The blocks,\n  in order.\n\n  Twice.\n\nBlock\n: One event.\n";
    assert_pairs(text, &[(3, "Genome", "The blocks,\nin order.\n\nTwice."), (9, "Block", "One event.")]);
    let text = "<details>\n<summary><b>How?</b></summary>\n\nSo *it* is.\n\n</details>\n\n<details><summary>Why?</summary>\n\nBecause.\n</details>\n";
    assert_pairs(text, &[(1, "How?", "So *it* is."), (8, "Why?", "Because.")]);
}

#[test]
fn what_folds_in_other_programs_is_read_as_details() {
    let vitepress = "# FAQ\n\n::: details How?\nSo:\n\n```\n::: details not this?\n:::\n```\n:::\n\n::: details Why?\nBecause.\n:::\n";
    let how = "So:\n\n```\n::: details not this?\n:::\n```";
    assert_pairs(vitepress, &[(3, "How?", how), (12, "Why?", "Because.")]);
    let mkdocs =
        "# FAQ\n\n??? question \"How?\"\n    So:\n\n    - a\n      b\n\n???+ faq \"Why?\"\n\n    Because.\n";
    assert_pairs(mkdocs, &[(3, "How?", "So:\n\n- a\n  b"), (9, "Why?", "Because.")]);
    let gitbook = "# FAQ\n\n{% expand title=\"How?\" %}\nSo.\n{% endexpand %}\n\n{% details title=\"Why?\" %}\nBecause.\n{% enddetails %}\n";
    assert_pairs(gitbook, &[(3, "How?", "So."), (7, "Why?", "Because.")]);
}

#[test]
fn the_title_of_a_faq_is_no_question() {
    assert_pairs("# Our FAQ\n\nSomething that is no answer.\n", &[]);
    assert_pairs("# Opening hours\n\nNine to six.\n", &[(1, "Opening hours", "Nine to six.")]);
}

#[test]
fn labels_and_questions_may_stand_behind_a_plus() {
    let labels = "# FAQ\n\n+ Q: How?\n  A: So\n+ Q: Why?\n  A: Because\n";
    assert_pairs(labels, &[(3, "How?", "So"), (5, "Why?", "Because")]);
    assert_pairs("+ How?\n  So\n+ Why?\n  Because\n", &[(1, "How?", "So"), (3, "Why?", "Because")]);
    assert_pairs("В: Как?\nО: Так.\n\nВ: Где?\nО: Тут.\n", &[(1, "Как?", "Так."), (4, "Где?", "Тут.")]);
}

#[test]
fn every_line_end_and_front_matter_are_read() {
    let text = "---\ntitle: FAQ\n---\n\n## Why?\n\nSo,\nindeed.\n";
    for end in ["\n", "\r\n", "\r"] {
        assert_pairs(&text.replace('\n', end), &[(5, "Why?", "So,\nindeed.")]);
    }
    assert!(faults(text).is_empty());
}

#[test]
fn code_at_the_beginning_keeps_its_blanks() {
    assert_pairs("## How?\n\n    indented\n    code\n", &[(1, "How?", "    indented\n    code")]);
}

#[test]
fn a_table_of_questions_is_read() {
    let text = "# FAQ\n\n| Question | Answer | Who |\n|---|---|---|\n| **How?** | So \\| or `so`<br>again | a |\n| Why? | Because | b |\n\nMore.\n";
    assert_pairs(text, &[(5, "How?", "So | or `so`\nagain"), (6, "Why?", "Because")]);
    assert_eq!(faults(text), ["line 8: this text belongs to no question and was passed over"]);
    let other = "## How?\n\n| Name | Description |\n|---|---|\n| a | b |\n";
    assert_pairs(other, &[(1, "How?", "| Name | Description |\n|---|---|\n| a | b |")]);
}

#[test]
fn paragraphs_that_begin_with_a_question_are_read_where_nothing_stands_out() {
    let text = "FAQ\n\nHow do I pay?\nBy card.\n\nIs that all?\n\nNo.\nCash?\n";
    assert_pairs(text, &[(3, "How do I pay?", "By card."), (6, "Is that all?", "No.\nCash?")]);
    let list = "# FAQ\n\n1. How?\n   So.\n2. Why?\n   Because.\n";
    assert_pairs(list, &[(3, "How?", "So."), (5, "Why?", "Because.")]);
}

#[test]
fn a_label_in_a_heading_or_a_bold_line_needs_no_answer_to_be_labelled() {
    for [one, two] in [
        ["## Q1. How to deploy?", "## Q2. Roll back"],
        ["## Q1: How to deploy?", "## Q2: Roll back"],
        ["### Q: How to deploy?", "### Q: Roll back"],
        ["# Вопрос 1. How to deploy?", "# Вопрос 2. Roll back"],
        ["**Q1. How to deploy?**", "**Q2. Roll back**"],
        ["**Q1:** How to deploy?", "**Q2:** Roll back"],
        ["Q: How to deploy?", "Q: Roll back"],
        ["> **Q:** How to deploy?", "> **Q:** Roll back"],
        ["## Q1. How to deploy? {#deploy}", "## Q2. Roll back {#undo}"],
        ["1. Q: How to deploy?", "2. Q: Roll back"],
    ] {
        let text = format!("{one}\n\nPush it.\n\n- a\n\n{two}\n\nUndo it.\n");
        assert_pairs(&text, &[(1, "How to deploy?", "Push it.\n\n- a"), (7, "Roll back", "Undo it.")]);
    }
}

#[test]
fn questions_stand_out_in_other_ways_too() {
    for [one, two] in [
        ["_How?_", "_Why?_"],
        ["*How?*", "*Why?*"],
        ["***How?***", "***Why?***"],
        ["#How?", "#Why?"],
        ["##How?##", "##Why?##"],
        ["## How? {#how}", "## Why? {#why}"],
        ["> ## How?", "> ## Why?"],
        ["> **How?**", "> **Why?**"],
    ] {
        assert_pairs(
            &format!("{one}\n\nSo.\n\n{two}\n\nBecause.\n"),
            &[(1, "How?", "So."), (5, "Why?", "Because.")],
        );
    }
    assert_pairs("# FAQ\n\n#How?\nSo.\n", &[(3, "How?", "So.")]);
    assert_pairs("## How?\n\nSo:\n\n#tag?\n", &[(1, "How?", "So:\n\n#tag?")]);
    assert_pairs(
        "## How?\n\n```\n#what?\n```\n\n*Note* this.\n",
        &[(1, "How?", "```\n#what?\n```\n\n*Note* this.")],
    );
}

#[test]
fn callouts_that_ask_are_read_as_the_other_folds_are() {
    let text = "# Ops\n\n> [!faq]- How do I reach on-call?\n> Ring the\n> phone.\n>\n> ```sh\n> ring\n>\n> # twice\n> ```\n\n\
                > [!QUESTION]+ The VPN\n> Ask netops.\nThey know.\n> [!help] Why?\n>\n> Because.\n\nA remark.\n\n\
                # HR\n> [!note]- Where?\n> Here.\n\n> [!note] Not this\n> is loose.\n";
    assert_pairs(
        text,
        &[
            (3, "How do I reach on-call?", "Ring the\nphone.\n\n```sh\nring\n\n# twice\n```"),
            (13, "The VPN", "Ask netops.\nThey know."),
            (16, "Why?", "Because."),
            (23, "Where?", "Here."),
        ],
    );
    let loose: Vec<_> = super::pairs(text)
        .unwrap()
        .into_iter()
        .filter_map(Result::err)
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(loose.len(), 2, "what stands behind a callout is told: {loose:?}");
    assert!(loose[0].starts_with("line 20: ") && loose[1].starts_with("line 26: "), "{loose:?}");
    // Code that begins right below the line of another fold.
    assert_pairs(
        "::: details How?\n```\na\n\n# b\n```\n:::\n\n::: details Why?\nSo.\n:::\n",
        &[(1, "How?", "```\na\n\n# b\n```"), (9, "Why?", "So.")],
    );
    assert_pairs(
        "## How?\n\nSo.\n\n> [!note] Is it?\n> Yes.\n",
        &[(1, "How?", "So.\n\n> [!note] Is it?\n> Yes.")],
    );
}

#[test]
fn a_quote_is_read_without_its_marks() {
    let text = "> **Q:** How to\n> deploy?\n>\n> **A:** Push it.\n>\n> - a\n\n> **Q:** Why?\n\n**A:** Because.\n\n> a word\n";
    assert_pairs(text, &[(1, "How to deploy?", "Push it.\n\n- a"), (8, "Why?", "Because.\n\n> a word")]);
}

#[test]
fn labels_may_stand_above_their_texts() {
    for text in [
        "## Вопрос №1\n\nКак отменить?\n\n## Ответ\n\nundo\n",
        "**Вопрос 1**\n\nКак отменить?\n\n**Ответ**\n\nundo\n",
        "## Q1\n\nКак отменить?\n\n### A1\n\nundo\n",
        "\n\nВопрос 1\nКак\nотменить?\nОтвет\nundo\n",
    ] {
        assert_eq!(
            read(text).into_iter().map(|(_, q, a)| (q, a)).collect::<Vec<_>>(),
            [("Как отменить?".to_owned(), "undo".to_owned())],
            "{text}"
        );
    }
}

#[test]
fn labels_with_a_full_stop_or_a_dash_are_read_where_they_take_turns() {
    for [asked, said] in
        [["Q. ", "A. "], ["**Q.** ", "**A.** "], ["Q - ", "A - "], ["В. ", "О. "], ["Q) ", "A) "]]
    {
        let text = format!("{asked}How?\n{said}So.\n\nAnd so.\n\n{asked}Why?\n{said}Because.\n");
        assert_pairs(&text, &[(1, "How?", "So.\n\nAnd so."), (6, "Why?", "Because.")]);
    }
    let people = "## Who?\n\nA. Smith\n\n## Which?\n\nQ. E. D.\n";
    assert_pairs(people, &[(1, "Who?", "A. Smith"), (5, "Which?", "Q. E. D.")]);
}

#[test]
fn an_answer_under_a_question_without_a_label_loses_its_own() {
    assert_pairs(
        "## How?\n\n**A:** So.\n\nMore.\n\n## Why?\n\nA: Because.\n",
        &[(1, "How?", "So.\n\nMore."), (7, "Why?", "Because.")],
    );
}

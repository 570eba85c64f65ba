//! What an answer may cost the database.

use folkmoot_tests::{
    app::{Answer, Member},
    process::Folkmoot,
};

/// Most SQL statements of one request, however much there is and however far behind the page is.
pub(crate) const MOST: usize = 6;

/// Reads `path`, which must be answered by few statements, and not without any.
pub(crate) async fn read_cheaply(folkmoot: &Folkmoot, member: &Member, path: &str) -> Answer {
    let answer = member.get(path).await;
    answer.expect(200);
    let count = folkmoot.statements_of(&answer);
    assert!(
        (1..=MOST).contains(&count),
        "{path} costs {count} statements"
    );
    answer
}

/// Reads a list from its first page to its last but at most `most` of them, and then as one large page: each must be
/// answered by few statements. How many pages it had.
pub(crate) async fn read_list_cheaply(
    folkmoot: &Folkmoot,
    member: &Member,
    list: &str,
    most: usize,
) -> usize {
    let separator = if list.contains('?') { '&' } else { '?' };
    let (mut path, mut pages) = (format!("{list}{separator}limit=3"), 0);
    loop {
        let answer = read_cheaply(folkmoot, member, &path).await;
        pages += 1;
        let next = answer.next_page().filter(|_| pages < most);
        let (Some(query), Some(base)) = (next, list.split('?').next()) else {
            break;
        };
        path = format!("{base}{query}");
    }
    read_cheaply(folkmoot, member, &format!("{list}{separator}limit=200")).await;
    pages
}

//! Tables of figures: as a process hands them to the one that started it, joined over several processes, and
//! in Markdown.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

/// What a contestant is, to a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Of this library. The first one is compared.
    Ours,
    /// Does the same.
    Peer,
    /// Does less, as its name says: shown, but not counted among the peers.
    Less,
    /// What nobody can be ahead of: shown, and not compared.
    Bound,
}

/// How figures of several processes become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Join {
    Median,
    Min,
}

/// Which column is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Better {
    /// The one in which less is better.
    Less(usize),
    /// The one in which more is better.
    More(usize),
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Column {
    pub(crate) head: String,
    pub(crate) digits: usize,
    pub(crate) join: Join,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    pub(crate) role: Role,
    pub(crate) name: String,
    /// Not a number where there is no such figure.
    pub(crate) cells: Vec<f64>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) better: Better,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<String>,
}

/// Two rows of a table.
pub(crate) struct Verdict<'a> {
    /// The first row of ours.
    pub(crate) ours: &'a Row,
    pub(crate) best: &'a Row,
    /// Below 1 where ours is better.
    pub(crate) ratio: f64,
}

impl Verdict<'_> {
    /// Less where ours is better, greater where the peer is.
    pub(crate) fn order(&self) -> Ordering {
        if (self.ratio - 1.0).abs() <= SAME { Ordering::Equal } else { self.ratio.total_cmp(&1.0) }
    }
}

/// What rows of another build are called by.
const OTHER: &str = "the other build";

/// Within this share of each other two figures are the same.
const SAME: f64 = 0.02;

impl Column {
    pub(crate) fn new(head: &str, digits: usize, join: Join) -> Self {
        Self { head: head.to_owned(), digits, join }
    }
}

impl Table {
    /// One without rows.
    pub(crate) fn new(title: impl Into<String>, better: Better, columns: &[(&str, usize)]) -> Self {
        let columns = columns.iter().map(|(head, digits)| Column::new(head, *digits, Join::Median)).collect();
        Self { title: title.into(), better, columns, rows: Vec::new(), notes: Vec::new() }
    }

    pub(crate) fn row(&mut self, role: Role, name: &str, cells: Vec<f64>) {
        self.rows.push(Row { role, name: name.to_owned(), cells });
    }

    pub(crate) fn note(mut self, note: &str) -> Self {
        self.notes.push(note.to_owned());
        self
    }

    /// The column that is compared, from a row; so turned that less is better.
    fn rank(&self, row: &Row) -> f64 {
        match self.better {
            Better::Less(column) => row.cells[column],
            Better::More(column) => 1.0 / row.cells[column],
        }
    }

    fn of(&self, role: Role) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.role == role)
    }

    /// How ours stands to the best peer, if there is one.
    pub(crate) fn verdict(&self) -> Option<Verdict<'_>> {
        let ours = self.of(Role::Ours).next()?;
        let best = self.of(Role::Peer).min_by(|a, b| self.rank(a).total_cmp(&self.rank(b)))?;
        Some(Verdict { ours, best, ratio: self.rank(ours) / self.rank(best) })
    }

    /// Who is ahead of ours, in words.
    fn who_is_ahead(&self) -> Option<String> {
        let ours = self.of(Role::Ours).next()?;
        let ahead = |role| {
            let mut rows: Vec<_> =
                self.of(role).filter(|row| self.rank(row) * (1.0 + SAME) < self.rank(ours)).collect();
            rows.sort_by(|a, b| self.rank(a).total_cmp(&self.rank(b)));
            rows.iter()
                .map(|row| format!("{} ({:.2})", row.name, self.ratio(row, ours)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let less = ahead(Role::Less);
        let mut text = match self.verdict() {
            None => String::new(),
            Some(verdict) => match verdict.order() {
                Ordering::Less => {
                    let Verdict { best, .. } = verdict;
                    format!("No peer is ahead: {:.2} of the best, {}.", self.ratio(ours, best), best.name)
                }
                Ordering::Equal => format!("As good as the best peer, {}.", verdict.best.name),
                Ordering::Greater => format!("**Ahead of {}: {}.**", ours.name, ahead(Role::Peer)),
            },
        };
        if !less.is_empty() {
            let _ = write!(text, " Ahead by doing less: {less}.");
        }
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Takes in what another build of ours comes to in the same table.
    pub(crate) fn beside(&mut self, other: &Self) {
        let own: Vec<_> = other.of(Role::Ours).map(|row| (format!("{}, {OTHER}", row.name), row)).collect();
        for (name, row) in own {
            self.row(Role::Ours, &name, row.cells.clone());
        }
    }

    /// How ours stands to another build of the same.
    fn other_build(&self) -> Option<String> {
        let ours = self.of(Role::Ours).next()?;
        let name = format!("{}, {OTHER}", ours.name);
        let other = self.rows.iter().find(|row| row.name == name)?;
        Some(format!("{:.2} of {OTHER}.", self.ratio(ours, other)))
    }

    /// How many times as much the one has in its compared cell as the other.
    fn ratio(&self, row: &Row, other: &Row) -> f64 {
        match self.better {
            Better::Less(column) | Better::More(column) => row.cells[column] / other.cells[column],
        }
    }

    /// The table that has, in each cell, what those of all processes say.
    pub(crate) fn joined(tables: &[Self]) -> Self {
        let mut joined = tables[0].clone();
        for (r, row) in joined.rows.iter_mut().enumerate() {
            for (c, cell) in row.cells.iter_mut().enumerate() {
                let all = tables.iter().map(|table| table.rows[r].cells[c]);
                *cell = match joined.columns[c].join {
                    Join::Median => median(all.collect()),
                    Join::Min => all.fold(f64::INFINITY, f64::min),
                };
            }
        }
        joined
    }

    /// In Markdown, with a column more: the ratio to the best peer.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("\n### {}\n\n|", self.title);
        let best = self.verdict().map(|verdict| verdict.best);
        for column in &self.columns {
            let _ = write!(text, " | {}", column.head);
        }
        text.push_str(if best.is_some() { " | to the best peer |\n|:--" } else { " |\n|:--" });
        text.push_str(&"|--:".repeat(self.columns.len() + usize::from(best.is_some())));
        text.push_str("|\n");
        for row in &self.rows {
            let _ = write!(text, "| {}", row.name);
            for (cell, column) in row.cells.iter().zip(&self.columns) {
                if cell.is_nan() {
                    text.push_str(" | ");
                } else {
                    let _ = write!(text, " | {cell:.*}", column.digits);
                }
            }
            if let Some(best) = best {
                let _ = write!(text, " | {:.2}", self.ratio(row, best));
            }
            text.push_str(" |\n");
        }
        for note in self.notes.iter().cloned().chain(self.other_build()).chain(self.who_is_ahead()) {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }

    /// Hands it to the process that started this one.
    pub(crate) fn emit(&self) {
        // Not `println!`, whose lock would be taken for each line.
        io::stdout().write_all(self.to_string().as_bytes()).expect("the driver reads what it asked for");
    }

    /// Reads what [`Table::emit`] wrote.
    pub(crate) fn parse_all(text: &str) -> Option<Vec<Self>> {
        let mut tables: Vec<Self> = Vec::new();
        for line in text.lines() {
            let mut words = line.split('\t');
            match words.next()? {
                "table" => {
                    let column = words.next()?;
                    let better = match column.split_at_checked(1)? {
                        ("<", column) => Better::Less(column.parse().ok()?),
                        (_, column) => Better::More(column.parse().ok()?),
                    };
                    tables.push(Self::new(words.next()?, better, &[]));
                }
                "column" => {
                    let join = if words.next()? == "min" { Join::Min } else { Join::Median };
                    let digits = words.next()?.parse().ok()?;
                    tables.last_mut()?.columns.push(Column::new(words.next()?, digits, join));
                }
                "row" => {
                    let role = match words.next()? {
                        "ours" => Role::Ours,
                        "peer" => Role::Peer,
                        "less" => Role::Less,
                        _ => Role::Bound,
                    };
                    let name = words.next()?;
                    let cells = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
                    tables.last_mut()?.row(role, name, cells);
                }
                _ => tables.last_mut()?.notes.push(words.next()?.to_owned()),
            }
        }
        Some(tables)
    }
}

/// Lines of words between tabs.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, column) = match self.better {
            Better::Less(column) => ('<', column),
            Better::More(column) => ('>', column),
        };
        writeln!(f, "table\t{sign}{column}\t{}", self.title)?;
        for Column { head, digits, join } in &self.columns {
            let join = if *join == Join::Min { "min" } else { "median" };
            writeln!(f, "column\t{join}\t{digits}\t{head}")?;
        }
        for Row { role, name, cells } in &self.rows {
            let role = match role {
                Role::Ours => "ours",
                Role::Peer => "peer",
                Role::Less => "less",
                Role::Bound => "bound",
            };
            write!(f, "row\t{role}\t{name}")?;
            for cell in cells {
                write!(f, "\t{cell}")?;
            }
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note\t{note}"))
    }
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 { figures[middle] } else { f64::midpoint(figures[middle - 1], figures[middle]) }
}

#[cfg(test)]
mod tests {
    use super::{Better, Role, Table};

    fn table(better: Better, ours: f64, peer: f64) -> Table {
        let mut table = Table::new("a hit", better, &[("ns", 1)]).note("noted");
        table.row(Role::Ours, "weakcache", vec![ours]);
        table.row(Role::Peer, "a peer", vec![peer]);
        table.row(Role::Less, "another (does less)", vec![1.0]);
        table
    }

    #[test]
    fn what_is_emitted_can_be_read() {
        let tables = [table(Better::Less(0), 7.25, 8.5), table(Better::More(0), 0.5, 0.25)];
        let text = tables.each_ref().map(ToString::to_string).concat();
        assert_eq!(Table::parse_all(&text).expect("its own form"), tables);
    }

    #[test]
    fn processes_are_joined_by_their_medians() {
        let tables = [1.0, 9.0, 2.0].map(|ours| table(Better::Less(0), ours, 3.0));
        assert_eq!(Table::joined(&tables).rows[0].cells, [2.0]);
    }

    #[test]
    fn another_build_stands_beside_and_is_no_peer() {
        let mut ours = table(Better::Less(0), 4.0, 8.0);
        ours.beside(&table(Better::Less(0), 5.0, 6.0));
        let text = ours.markdown();
        assert!(text.contains("| weakcache, the other build | 5.0 | 0.62 |"), "{text}");
        assert!(text.contains("0.80 of the other build."), "{text}");
        assert!(text.contains("No peer is ahead: 0.50 of the best, a peer."), "{text}");
    }

    #[test]
    fn a_bound_is_no_peer_and_may_lack_figures() {
        let mut table = Table::new("hits", Better::More(0), &[("%", 1), ("M/s", 1)]);
        table.row(Role::Ours, "weakcache", vec![30.0, 5.0]);
        table.row(Role::Peer, "a peer", vec![20.0, 5.0]);
        table.row(Role::Bound, "the optimum", vec![40.0, f64::NAN]);
        let read = Table::parse_all(&table.to_string()).expect("its own form");
        let text = Table::joined(&read).markdown();
        assert!(text.contains("| the optimum | 40.0 |  | 2.00 |"), "{text}");
        assert!(text.contains("No peer is ahead: 1.50 of the best, a peer."), "{text}");
    }

    #[test]
    fn a_peer_that_is_ahead_is_named() {
        let behind = table(Better::Less(0), 12.0, 8.0).markdown();
        assert!(behind.contains("**Ahead of weakcache: a peer (0.67).**"), "{behind}");
        assert!(behind.contains("Ahead by doing less: another (does less) (0.08)."), "{behind}");
        let ahead = table(Better::Less(0), 4.0, 8.0).markdown();
        assert!(ahead.contains("No peer is ahead: 0.50 of the best, a peer."), "{ahead}");
        let more = table(Better::More(0), 4.0, 8.0).markdown();
        assert!(more.contains("**Ahead of weakcache: a peer (2.00).**"), "{more}");
    }
}

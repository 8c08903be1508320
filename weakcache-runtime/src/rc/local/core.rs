//! What a thread has of one type: table and slab, and where it finds them.

use std::any::TypeId;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::ptr::NonNull;
use std::thread::LocalKey;

use super::super::Head;
use super::super::kind::Kind;
use super::super::slab::{Slab, kind_of, owner_of};
use super::index::Index;
use crate::listed::{Groups, Label, Types};
use crate::sync::{AtomicUsize, Ordering};
use weakcache_inspect::{self as inspect, Inspect, Report};

/// Where a thread finds its registries of one type, or of one generic definition: what `#[interned(local)]` declares.
///
/// It allocates nothing, and has no destructor.
///
/// ```
/// use weakcache::ThreadSlot;
///
/// thread_local!(static SLOT: ThreadSlot = const { ThreadSlot::new() });
/// // … and `&SLOT` is what `InternLocal::slot` returns.
/// # SLOT.with(|_| ());
/// ```
pub struct ThreadSlot {
    /// Those that the thread holds, the last used first.
    current: Cell<List>,
    /// Those that are left when the thread ends.
    late: Cell<List>,
    /// Where it is declared.
    location: &'static Location<'static>,
}

type List = Option<NonNull<Core>>;

impl ThreadSlot {
    /// One without a registry.
    ///
    /// ```
    /// # use weakcache::ThreadSlot;
    /// thread_local!(static SLOT: ThreadSlot = const { ThreadSlot::new() });
    /// # SLOT.with(|_| ());
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new() -> Self {
        Self { current: Cell::new(None), late: Cell::new(None), location: Location::caller() }
    }
}

impl Default for ThreadSlot {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ThreadSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadSlot").finish_non_exhaustive()
    }
}

/// The entries of one type on one thread.
pub(crate) struct Core {
    /// Of the values.
    of: TypeId,
    slot: &'static LocalKey<ThreadSlot>,
    /// The next one in the list of the slot.
    next: Cell<List>,
    /// The next one that the thread holds, of any type.
    next_held: Cell<List>,
    /// The thread, those who hold the registry, and the slots that are taken.
    holds: Cell<usize>,
    pub(super) kind: &'static Kind,
    /// Borrowed in [`with`](Self::with) alone.
    state: UnsafeCell<State>,
    pub(super) hits: Cell<u64>,
    pub(super) misses: Cell<u64>,
    /// The number given last, where values get one.
    pub(super) numbers: Cell<u64>,
    #[expect(dead_code, reason = "for its drop")]
    listed: InThread,
    free: unsafe fn(NonNull<Core>),
}

/// What finds the slots, and where they come from.
pub(super) struct State {
    pub(super) table: Index,
    pub(super) slab: Slab,
}

/// A core and what makes the hashers of its keys.
#[repr(C)]
struct WithHasher<H> {
    core: Core,
    hasher: H,
}

impl Core {
    /// Table and slab. `f` calls nothing that could come back here: no code of users, of which the allocator is none.
    #[inline]
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        // SAFETY: a core never leaves its thread, and by what is said of `f` there is no other borrow.
        f(unsafe { &mut *self.state.get() })
    }

    #[inline]
    pub(super) fn find(&self, hash: u64) -> Option<NonNull<Head>> {
        self.with(|state| state.table.find(hash))
    }

    pub(super) fn is_of(&self, of: TypeId) -> bool {
        self.of == of
    }

    pub(super) fn hold(&self) {
        self.holds.set(self.holds.get() + 1);
    }

    /// # Safety
    /// One of its holds is the caller's, who does not use the core afterwards.
    unsafe fn release(this: NonNull<Self>) {
        let (free, holds) = {
            // SAFETY: it is held.
            let core = unsafe { this.as_ref() };
            let holds = core.holds.get() - 1;
            core.holds.set(holds);
            if holds == 0 {
                // The thread does not hold it, so it is late.
                let _ = core.slot.try_with(|slot| unlink(&slot.late, this));
            }
            (core.free, holds)
        };
        if holds == 0 {
            // SAFETY: nobody holds it, and nothing leads to it.
            unsafe { free(this) };
        }
    }
}

/// # Safety
/// It was made with a hasher of this type, and nothing leads to it.
unsafe fn free<H>(core: NonNull<Core>) {
    // SAFETY: the core is the first field of a box.
    let mut core = unsafe { Box::from_raw(core.cast::<WithHasher<H>>().as_ptr()) };
    // No slot is taken, so that is all there is.
    core.core.state.get_mut().slab.shrink_to_fit();
}

/// The core of values of this type, if it is the first in a list.
#[inline]
fn first_in(list: &Cell<List>, of: TypeId) -> List {
    // SAFETY: those in a list are held.
    list.get().filter(|first| unsafe { first.as_ref() }.of == of)
}

/// The core of values of this type in a list, which is then the first.
fn find_in(list: &Cell<List>, of: TypeId) -> List {
    let mut core = list.get()?;
    // SAFETY: here and below: those in a list are held.
    while unsafe { core.as_ref() }.of != of {
        // SAFETY: see above.
        core = unsafe { core.as_ref() }.next.get()?;
    }
    unlink(list, core);
    link(list, core);
    Some(core)
}

fn link(list: &Cell<List>, core: NonNull<Core>) {
    // SAFETY: whoever links or unlinks one holds it.
    unsafe { core.as_ref() }.next.set(list.replace(Some(core)));
}

fn unlink(list: &Cell<List>, core: NonNull<Core>) {
    // SAFETY: as above.
    let next = &unsafe { core.as_ref() }.next;
    if list.get() == Some(core) {
        list.set(next.take());
        return;
    }
    let mut before = list.get();
    while let Some(other) = before {
        // SAFETY: those in a list are held.
        let other = unsafe { other.as_ref() };
        if other.next.get() == Some(core) {
            other.next.set(next.take());
            return;
        }
        before = other.next.get();
    }
}

/// What a thread holds until it ends.
struct Guard(Cell<List>);

thread_local! { static GUARD: Guard = const { Guard(Cell::new(None)) }; }

impl Drop for Guard {
    fn drop(&mut self) {
        // Of all of them, before what a hasher's drop may do.
        let mut core = self.0.get();
        while let Some(held) = core {
            // SAFETY: the thread holds it until below.
            let held_core = unsafe { held.as_ref() };
            let _ = held_core.slot.try_with(|slot| {
                unlink(&slot.current, held);
                link(&slot.late, held);
            });
            core = held_core.next_held.get();
        }
        while let Some(held) = self.0.get() {
            // SAFETY: as above.
            self.0.set(unsafe { held.as_ref() }.next_held.take());
            // SAFETY: the hold of the thread.
            unsafe { Core::release(held) };
        }
    }
}

/// A hold on the core of one type, for as long as it is wanted.
pub(crate) struct Registered(NonNull<Core>);

impl Registered {
    #[inline]
    pub(super) fn core(&self) -> &Core {
        // SAFETY: it is held.
        unsafe { self.0.as_ref() }
    }

    /// Another hold on the same.
    fn of(core: NonNull<Core>) -> Self {
        // SAFETY: who calls this holds it, or found it in a list.
        unsafe { core.as_ref() }.hold();
        Self(core)
    }
}

impl Clone for Registered {
    fn clone(&self) -> Self {
        Self::of(self.0)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        // SAFETY: the hold is ours.
        unsafe { Core::release(self.0) };
    }
}

/// A core for the length of a call: held by its thread, or by the call.
#[derive(Clone, Copy)]
pub(crate) struct InUse<'a> {
    core: NonNull<Core>,
    call: PhantomData<&'a Core>,
}

impl InUse<'_> {
    #[inline]
    pub(super) fn address(self) -> NonNull<Core> {
        self.core
    }

    #[inline]
    pub(super) fn core(&self) -> &Core {
        // SAFETY: it is held for as long as this is there. The hold of a thread ends behind all calls but those that are
        // made by its destructors after that of `GUARD`; these do not come upon one that is not late.
        unsafe { self.core.as_ref() }
    }

    /// The hasher that it was made with.
    ///
    /// # Safety
    /// It is of this type.
    #[inline]
    pub(super) unsafe fn hasher<H>(&self) -> &H {
        // SAFETY: the core is the first field; see above.
        &unsafe { self.core.cast::<WithHasher<H>>().as_ref() }.hasher
    }

    pub(super) fn registered(self) -> Registered {
        Registered::of(self.core)
    }
}

/// Calls `f` with this thread's core of what `O` stands for, which `hasher` begins if there is none.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn in_use<O: 'static, H, R>(
    slot: &'static LocalKey<ThreadSlot>,
    kind: &'static Kind,
    begin: impl FnOnce() -> (H, Named),
    f: impl FnOnce(InUse<'_>) -> R,
) -> R {
    match slot.with(|slot| first_in(&slot.current, TypeId::of::<O>())) {
        Some(core) => f(InUse { core, call: PhantomData }),
        None => find_and::<O, H, R>(slot, kind, begin, f),
    }
}

/// Whole, with what follows: so that a call which comes upon its core at once has nothing to keep for this one, not even
/// an identifier, nor to give up at its end.
#[cold]
#[inline(never)]
fn find_and<O: 'static, H, R>(
    slot: &'static LocalKey<ThreadSlot>,
    kind: &'static Kind,
    begin: impl FnOnce() -> (H, Named),
    f: impl FnOnce(InUse<'_>) -> R,
) -> R {
    let held = find_or_begin(slot, TypeId::of::<O>(), kind, begin);
    f(InUse { core: held.0, call: PhantomData })
}

/// A hold on this thread's core of values of a type.
#[inline(never)]
fn find_or_begin<H>(
    slot: &'static LocalKey<ThreadSlot>,
    of: TypeId,
    kind: &'static Kind,
    begin: impl FnOnce() -> (H, Named),
) -> Registered {
    let find = || slot.with(|slot| find_in(&slot.current, of).or_else(|| find_in(&slot.late, of)));
    if let Some(core) = find() {
        return Registered::of(core);
    }
    // The user's code, which may begin one itself.
    let (hasher, named) = begin();
    if let Some(core) = find() {
        let held = Registered::of(core);
        drop(hasher);
        return held;
    }
    let core = Core {
        of,
        slot,
        next: Cell::new(None),
        next_held: Cell::new(None),
        // The call.
        holds: Cell::new(1),
        kind,
        state: UnsafeCell::new(State { table: Index::new(), slab: Slab::new(kind) }),
        hits: Cell::new(0),
        misses: Cell::new(0),
        numbers: Cell::new(0),
        listed: InThread::new(slot, of, named),
        free: free::<H>,
    };
    let core = NonNull::from(Box::leak(Box::new(WithHasher { core, hasher }))).cast::<Core>();
    let held = Registered(core);
    let guarded = GUARD.try_with(|guard| {
        held.core().hold();
        held.core().next_held.set(guard.0.replace(Some(core)));
    });
    slot.with(|slot| link(if guarded.is_ok() { &slot.current } else { &slot.late }, core));
    held
}

/// The name of registries, and their type as the compiler calls it.
pub(crate) type Named = (&'static str, &'static str);

/// The registries of one type, one a thread, of which a thread sees its own.
struct InThreads {
    label: Label,
    slot: &'static LocalKey<ThreadSlot>,
    of: TypeId,
    threads: AtomicUsize,
}

/// That one of them is listed.
struct InThread(&'static InThreads);

impl InThread {
    fn new(slot: &'static LocalKey<ThreadSlot>, of: TypeId, (name, path): Named) -> Self {
        static TYPES: Groups<TypeId, InThreads> = Groups::new();
        let location = slot.with(|slot| slot.location);
        let label = Label { name, types: Types::OfType(path), location };
        let all = TYPES.get_or_list(of, || InThreads { label, slot, of, threads: AtomicUsize::new(0) });
        all.threads.fetch_add(1, Ordering::Relaxed);
        Self(all)
    }
}

impl Drop for InThread {
    fn drop(&mut self) {
        self.0.threads.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inspect for InThreads {
    fn report(&self) -> Option<Report> {
        let mut report = self.label.report(inspect::Kind::Registry);
        report.instances = self.threads.load(Ordering::Relaxed);
        let find =
            |slot: &ThreadSlot| find_in(&slot.current, self.of).or_else(|| find_in(&slot.late, self.of));
        if let Some(own) = self.slot.try_with(find).ok().flatten().map(Registered::of) {
            (report.hits, report.misses) = (own.core().hits.get(), own.core().misses.get());
            own.core().with(|State { table, slab }| {
                (report.len, report.bytes) = (table.len(), table.bytes() + slab.bytes());
            });
        }
        (report.instances > 0).then_some(report)
    }
}

/// The core of an entry.
///
/// # Safety
/// The slot is taken, in a slab of a core.
pub(super) unsafe fn core_of(head: NonNull<Head>) -> NonNull<Core> {
    // SAFETY: passed on; a core takes its slots for itself.
    unsafe { owner_of(head) }.cast()
}

/// The last strong handle is gone: takes the entry out, and gives up the slot if nothing is left to drop. Says whether
/// there is.
///
/// # Safety
/// The one strong count that is left on the slot was that handle's, on this thread.
#[inline(never)]
pub(super) unsafe fn last(head: NonNull<Head>) -> bool {
    // SAFETY: the counts of the handle keep it taken.
    let core = unsafe { core_of(head) };
    // SAFETY: as above.
    let kind = unsafe { kind_of(head) };
    // SAFETY: a taken slot holds its core.
    unsafe { core.as_ref() }.with(|state| {
        // SAFETY: it is live until then, and so in the table.
        unsafe { state.table.remove(head) };
    });
    // SAFETY: as above.
    unsafe { head.as_ref() }.counts.die_local();
    if kind.drop.is_none() {
        // SAFETY: the weak count of the strong handles, in this core.
        unsafe { release_weak_in(core, kind, head) };
    }
    kind.drop.is_some()
}

/// Gives up a weak count, and the slot if it was the last of either kind.
///
/// # Safety
/// The caller, on the thread of the slot, holds a weak count on it and does not use it afterwards.
pub(in super::super) unsafe fn release_weak(head: NonNull<Head>) {
    // SAFETY: the count keeps the slot taken.
    let core = unsafe { core_of(head) };
    // SAFETY: as above.
    let kind = unsafe { kind_of(head) };
    // SAFETY: passed on.
    unsafe { release_weak_in(core, kind, head) };
}

/// # Safety
/// As above; core and kind are those of the slot.
unsafe fn release_weak_in(core: NonNull<Core>, kind: &'static Kind, head: NonNull<Head>) {
    // SAFETY: the count keeps the slot taken.
    if !unsafe { head.as_ref() }.counts.drop_weak_local() {
        return;
    }
    // SAFETY: a taken slot holds its core.
    unsafe { core.as_ref() }.with(|state| {
        // SAFETY: no count is left, and so no value.
        unsafe { state.slab.vacate(kind.class, head) };
    });
    // SAFETY: the hold of the slot.
    unsafe { Core::release(core) };
}

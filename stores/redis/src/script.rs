//! What is one step in the server.
//!
//! Scripts look at keys that belong to one namespace and at tags, which may be anywhere: this is for one server, or one
//! with replicas, not for a cluster. No value goes through a script: that would be a copy more in the server.

/// Looks whether an entry is valid; if there is none, takes the lease where nobody has it, and says what holds now.
///
/// * `KEYS`: entry, lease, generation of the namespace, last removal.
/// * `ARGV`: a generation for what has none, the token of the caller, how long a lease lasts (0: there are none), what keys
///   of tags begin with, and the tags.
/// * Answers: `{ms}` (the time that is left of the entry, -1 for ever), `{-3, ms}` (held by another, for so long), or
///   `{-4, generation, removal, time, generation of a tag, …}`.
pub(crate) const LOOK: &str = r"
local fresh = ARGV[1]
local function generation(key)
  local found = redis.call('GET', key)
  if not found then
    -- It may have been evicted: what had the old one is invalid from here on.
    found = fresh
    redis.call('SET', key, found)
  end
  return found
end
local space = generation(KEYS[3])
local head = redis.call('GETRANGE', KEYS[1], 0, 14)
if head ~= '' then
  local alive = #head == 15 and string.byte(head) == 2 and string.sub(head, 8) == space
  local count = alive and string.byte(head, 2) + 256 * string.byte(head, 3) or 0
  if count > 0 then
    local tags = redis.call('GETRANGE', KEYS[1], 15, 14 + 24 * count)
    alive = #tags == 24 * count
    local at = 1
    while alive and at < #tags do
      alive = redis.call('GET', ARGV[4] .. string.sub(tags, at, at + 15)) == string.sub(tags, at + 16, at + 23)
      at = at + 24
    end
  end
  if alive then
    return {redis.call('PTTL', KEYS[1])}
  end
  redis.call('UNLINK', KEYS[1])
end
local tags = {}
for at = 5, #ARGV do
  tags[#tags + 1] = generation(ARGV[4] .. ARGV[at])
end
-- What is computed under other generations will be invalid: nobody waits for that.
local holds = space .. table.concat(tags)
local limit = tonumber(ARGV[3])
if limit > 0 then
  local lease = redis.call('GET', KEYS[2])
  local held = lease and string.sub(lease, 1, 8) ~= ARGV[2] and string.sub(lease, 9)
  if held == holds or held == holds .. '!' then
    local left = redis.call('PTTL', KEYS[2])
    if left > 0 then
      if held == holds then
        -- Who waits is to be told of its end.
        redis.call('APPEND', KEYS[2], '!')
      end
      return {-3, left}
    end
  end
  redis.call('SET', KEYS[2], ARGV[2] .. holds, 'PX', limit)
end
local time = redis.call('TIME')
time = time[1] .. string.format('%06d', tonumber(time[2]))
local claim = {-4, space, redis.call('GET', KEYS[4]) or '', time}
for at = 1, #tags do
  claim[#claim + 1] = tags[at]
end
return claim
";

/// The function that ends a lease, if it is still that of the token, and tells those who wait for that: on a channel, with how
/// that begins, and from where on it is the name of the lease.
macro_rules! finish {
    () => {
        r"
local function finish(name, token, channel, begin, from)
  local lease = redis.call('GET', name)
  if lease and string.sub(lease, 1, 8) == token then
    redis.call('UNLINK', name)
    if string.sub(lease, -1) == '!' and #lease % 8 == 1 then
      redis.call('PUBLISH', channel, begin .. string.sub(name, from))
    end
  end
end
"
    };
}

/// Stores what was written just now, or that there is nothing; but not if its key was removed since its claim was given, or
/// has an entry under a claim to replace it that is newer. Ends the lease of the claim, and tells those who wait for that.
///
/// * `KEYS`: entry, lease, last removal, last replacement, what was written.
/// * `ARGV`: the token of the claim, the last removal when it was given, its time, for how long it is remembered that this
///   is a replacement (0: it is none), and what tells those who wait for the lease, as in [`RELEASE`].
pub(crate) const SETTLE: &str = concat!(
    finish!(),
    r"
local removed = redis.call('GET', KEYS[3])
local replaced = redis.call('GET', KEYS[4])
if removed and removed ~= ARGV[2] or replaced and replaced > ARGV[3] then
  redis.call('UNLINK', KEYS[5])
else
  if redis.call('EXISTS', KEYS[5]) == 1 then
    redis.call('RENAME', KEYS[5], KEYS[1])
  else
    redis.call('UNLINK', KEYS[1])
  end
  if tonumber(ARGV[4]) > 0 then
    redis.call('SET', KEYS[4], ARGV[3], 'PX', ARGV[4])
  end
end
finish(KEYS[2], ARGV[1], ARGV[5], ARGV[6], ARGV[7])
return 0
"
);

/// Ends the lease of a claim, if that has it still, and tells those who wait for that.
///
/// * `KEYS`: lease. `ARGV`: the token, the channel, and what tells them: how it begins, and from where on it is the lease's name.
pub(crate) const RELEASE: &str = concat!(
    finish!(),
    r"
finish(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
return 0
"
);

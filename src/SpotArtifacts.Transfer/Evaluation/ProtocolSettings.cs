using SpotArtifacts.Settings;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>A protocol's settings as they hold for one evaluation: defaults, and what was set over them.</summary>
public abstract class ProtocolSettings
{
    private protected ProtocolSettings()
    {
    }

    /// <summary>Those of a protocol in which nothing can be set.</summary>
    public static ProtocolSettings None { get; } = new ProtocolSettings<object>([], new());

    /// <summary>All that can be set, in the protocol's order.</summary>
    public abstract IReadOnlyList<SettingKey> Keys { get; }

    /// <summary>
    /// Names of those that differ from the protocol's defaults: with any of them the number is not the protocol's own.
    /// </summary>
    public abstract IReadOnlyList<string> Changed { get; }

    /// <summary>The text form of a setting.</summary>
    public abstract string this[string name] { get; }

    /// <summary>
    /// A protocol's defaults with <c>name=value </c> or <c>protocol.name=value </c> set over them; later ones win.
    /// </summary>
    /// <param name="protocol">Whose settings.</param>
    /// <param name="assignments">Those that name another protocol or no setting of this one are left to the caller's check,
    /// <see cref="RequireKnown"/>. </param>
    /// <exception cref="SpotException">A value is not allowed; the message names the setting, the value and what would be
    /// right.</exception>
    public static ProtocolSettings Resolve(ITransferProtocol protocol, IReadOnlyList<string>? assignments = null)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ProtocolSettings settings = protocol.Settings;
        foreach (string assignment in assignments ?? [])
        {
            (string? owner, string name, string value) = Split(assignment);
            if ((owner is null || owner == protocol.Name) && settings.Names.Contains(name))
                settings = settings.Set(name, value, $"--set {assignment} ({protocol.Name})");
        }
        return settings;
    }

    /// <summary>Checks that each assignment is meant for a setting of one of the protocols.</summary>
    /// <exception cref="SpotException">One is malformed, or no protocol has it.</exception>
    public static void RequireKnown(IReadOnlyList<ITransferProtocol> protocols, IReadOnlyList<string> assignments)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        foreach (string assignment in assignments)
        {
            (string? owner, string name, _) = Split(assignment);
            ITransferProtocol[] asked = [.. protocols.Where(p => owner is null || p.Name == owner)];
            string listed = string.Join(", ", (asked.Length == 0 ? protocols : asked).Select(p => p.Name));
            if (asked.Length == 0)
                throw new SpotException($"--set {assignment}: {owner} is not among the protocols asked for ({listed})");
            string[] known = [.. asked.SelectMany(p => p.Settings.Names).Distinct()];
            if (known.Length == 0)
                throw new SpotException($"--set {assignment}: nothing can be set of {listed}");
            string prefix = owner is null ? "" : owner + ".";
            if (!known.Contains(name))
                throw new SpotException(
                    $"--set {assignment}: {SettingAssignment.Unknown(prefix + name, known.Select(other => prefix + other))}");
        }
    }

    internal IEnumerable<string> Names => Keys.Select(key => key.Name);

    private protected abstract ProtocolSettings Set(string name, string text, string where);

    // The value may hold dots and equals signs; the name may not.
    private static (string? Owner, string Name, string Value) Split(string assignment)
    {
        (string key, string value) = SettingAssignment.Read(assignment)
            ?? throw new SpotException($"--set {assignment}: must be name=value or protocol.name=value");
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? null : key[..dot], key[(dot + 1)..], value);
    }
}

/// <summary>Settings in the form in which a protocol uses them: a record of its own.</summary>
/// <typeparam name="TOptions">The record.</typeparam>
internal sealed class ProtocolSettings<TOptions> : ProtocolSettings
    where TOptions : class
{
    private readonly SettingKeys<TOptions> _keys;
    private readonly TOptions _defaults;

    /// <param name="keys">What of the record can be set.</param>
    /// <param name="defaults">The protocol's own values.</param>
    public ProtocolSettings(SettingKeys<TOptions> keys, TOptions defaults) =>
        (_keys, _defaults, Options) = (keys, defaults, defaults);

    /// <summary>The values.</summary>
    public TOptions Options { get; private init; }

    /// <inheritdoc/>
    public override IReadOnlyList<SettingKey> Keys => _keys;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Changed =>
        [.. _keys.Where(key => key.Get(Options) != key.Get(_defaults)).Select(key => key.Name)];

    /// <inheritdoc/>
    public override string this[string name] =>
        _keys.Find(name)?.Get(Options) ?? throw new KeyNotFoundException($"there is no setting {name}");

    private protected override ProtocolSettings Set(string name, string text, string where)
    {
        SettingKey<TOptions> key = _keys.Find(name)!;
        return key.TrySet(Options, text, out TOptions changed)
            ? new ProtocolSettings<TOptions>(_keys, _defaults) { Options = changed }
            : throw new SpotException($"{where}: {key.Refusal(text)}");
    }
}

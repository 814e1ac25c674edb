using System.Globalization;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>A protocol's settings as they hold for one evaluation: defaults, and what was set over them.</summary>
public sealed class ProtocolSettings
{
    private readonly Dictionary<string, string> _values;

    private ProtocolSettings(IReadOnlyList<ProtocolSetting> known, Dictionary<string, string> values,
        IReadOnlyList<string> changed)
    {
        Names = [.. known.Select(setting => setting.Name)];
        _values = values;
        Changed = changed;
    }

    /// <summary>All names, in the protocol's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// Names of those that differ from the protocol's defaults: with any of them the number is not the protocol's own.
    /// </summary>
    public IReadOnlyList<string> Changed { get; }

    /// <summary>The text form of a setting.</summary>
    public string this[string name] => _values[name];

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
        Dictionary<string, string> values = protocol.Settings.ToDictionary(setting => setting.Name, setting => setting.Default);
        foreach ((string? owner, string name, string value) in (assignments ?? []).Select(Split))
        {
            if (owner is not null && owner != protocol.Name)
                continue;
            if (protocol.Settings.FirstOrDefault(setting => setting.Name == name) is not { } setting)
                continue;
            values[name] = setting.Accepts(value) ? value
                : throw new SpotException($"--set {name}={value}: {name} of {protocol.Name} must be {setting.Allowed}");
        }
        return new ProtocolSettings(protocol.Settings, values,
            [.. protocol.Settings.Where(s => values[s.Name] != s.Default).Select(s => s.Name)]);
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
            if (asked.Length == 0)
                throw new SpotException(
                    $"--set {assignment}: {owner} is not among the protocols asked for "
                        + $"({string.Join(", ", protocols.Select(p => p.Name))})");
            if (!asked.Any(p => p.Settings.Any(s => s.Name == name)))
                throw new SpotException(
                    $"--set {assignment}: {string.Join(", ", asked.Select(p => $"{p.Name} has {Listed(p)}"))}");
        }
    }

    /// <summary>A whole number.</summary>
    public int Whole(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);

    /// <summary>A number.</summary>
    public double Number(string name) => double.Parse(_values[name], CultureInfo.InvariantCulture);

    /// <summary>Whole numbers.</summary>
    public int[] WholeList(string name) => [.. _values[name].Split(',')
        .Select(part => int.Parse(part, CultureInfo.InvariantCulture))];

    /// <summary>Numbers.</summary>
    public double[] NumberList(string name) =>
        [.. _values[name].Split(',').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];

    /// <summary>Whether a switch is on.</summary>
    public bool IsOn(string name) => _values[name] == "true";

    private static string Listed(ITransferProtocol protocol) =>
        protocol.Settings.Count == 0 ? "no settings" : string.Join(", ", protocol.Settings.Select(s => s.Name));

    // The value may hold dots and equals signs; the name may not.
    private static (string? Owner, string Name, string Value) Split(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
            throw new SpotException($"--set {assignment}: must be name=value or protocol.name=value");
        string key = assignment[..equals];
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? null : key[..dot], key[(dot + 1)..], assignment[(equals + 1)..]);
    }
}

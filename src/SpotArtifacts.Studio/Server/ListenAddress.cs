using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SpotArtifacts.Studio.Server;

/// <summary>Where the studio listens.</summary>
internal sealed record ListenAddress(string Host, int Port)
{
    private const string Localhost = "localhost";

    private IPAddress? Address => IPAddress.TryParse(Host.Trim('[', ']'), out IPAddress? address) ? address : null;

    /// <summary>Whether only this machine can reach it.</summary>
    internal bool IsLoopback => Host.Equals(Localhost, StringComparison.OrdinalIgnoreCase)
        || Address is { } address && IPAddress.IsLoopback(address);

    /// <summary>Names that a browser on this machine may call it by.</summary>
    internal static IList<string> LoopbackNames => [Localhost, "127.0.0.1", "[::1]"];

    /// <summary>Tells Kestrel.</summary>
    /// <exception cref="StudioException">The host is no address of this machine's.</exception>
    internal void Configure(KestrelServerOptions server)
    {
        if (Address is { } address)
            server.Listen(address, Port);
        else if (IsLoopback && Port == 0)
            server.Listen(IPAddress.Loopback, 0); // Kestrel cannot find one port that is free at both addresses
        else if (IsLoopback)
            server.ListenLocalhost(Port);
        else
            server.Listen(Resolve(), Port);
    }

    /// <summary>The address as a browser takes it.</summary>
    internal string Url(int port)
    {
        string host = Address switch
        {
            { } any when any.Equals(IPAddress.Any) || any.Equals(IPAddress.IPv6Any) => Dns.GetHostName(),
            { AddressFamily: AddressFamily.InterNetworkV6 } six => $"[{six}]",
            _ => Host,
        };
        return $"http://{host}:{port}/";
    }

    private IPAddress Resolve()
    {
        try
        {
            return Dns.GetHostAddresses(Host) is [IPAddress first, ..] ? first
                : throw new StudioException($"--host {Host}: it has no address");
        }
        catch (SocketException e)
        {
            throw new StudioException(
                $"--host {Host}: {e.Message}; give an address of this machine, or 0.0.0.0 for all of them", e);
        }
    }
}

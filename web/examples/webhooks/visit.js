/** The page of one of the two: the ticket is asked at the address that they came by. */
document.querySelector('rendezvous-session').setAttribute('ticket-url', `${location.pathname}/ticket`);
